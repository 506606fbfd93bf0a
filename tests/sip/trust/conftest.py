"""Numbers whose trunks ask who vouches for a caller, on the one running stack."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sip.scenarios.sipp import Sipp
from tests.sip.scenarios.steps import CALLER, Steps
from tests.sip.stack import RunningStack
from tests.stir import maker
from tests.stir.certificate_server import CertificateServer

ORIG = CALLER.removeprefix("+")
Play = Callable[[Steps, str], Awaitable[Sipp]]


@dataclass(frozen=True)
class Number:
    """`terms` of the trunk that has it."""

    number: str
    trunk_id: str
    agent_id: str

    @property
    def digits(self) -> str:
        return self.number.removeprefix("+")


@pytest.fixture
def a_number(stack: RunningStack) -> Callable[..., Any]:
    """`with a_number("+1…", terms, trunk_field=…) as number`: what is made goes again."""

    @contextmanager
    def made(number: str, terms: dict[str, Any], rule: dict[str, Any] | None = None, **trunk: Any) -> Iterator[Number]:
        paths: list[str] = []

        def make(path: str, **body: Any) -> str:
            name = stack.post(path, body)["id"]
            paths.insert(0, f"{path}/{name}")
            return name

        agent = stack.get("/v1/agents")["data"][0]["id"]
        try:
            trunk_id = make(
                "/v1/inbound-trunks", name=f"trust {number}", allowed_addresses=["127.0.0.0/8"], caller_trust=terms,
                **trunk,
            )  # fmt: skip
            make("/v1/numbers", number=number, inbound_trunk_id=trunk_id)
            make("/v1/dispatch-rules", name=f"trust {number}", trunk_ids=[trunk_id], agent_id=agent, **(rule or {}))
            for resource in ("inbound-trunks", "dispatch-rules"):
                stack.until(lambda r=resource: stack.get(f"/v1/{r}/sync")["in_sync"], f"{resource} in sync")
            yield Number(number, trunk_id, agent)
        finally:
            for path in paths:
                stack.api.delete(path)

    return made


@pytest.fixture
async def play(stack: RunningStack, tmp_path: Path) -> AsyncIterator[Play]:
    """A whole call of SIPp's, to its end."""
    started: list[Sipp] = []

    async def one(steps: Steps, number: str) -> Sipp:
        sipp = Sipp(tmp_path, steps, f"{stack.sip_host}:{stack.sip_port}", number)
        started.append(sipp)
        await sipp.start()
        await sipp.done()
        return sipp

    yield one
    for sipp in started:
        sipp.end()


@pytest.fixture
def signed(certificates: CertificateServer) -> Callable[..., str]:
    """An Identity header line for a call to `dest`, made now; `path`: which certificate it names."""

    def line(dest: str, *, path: str = "", kind: str = "shaken", age_s: int = 0, **claims: Any) -> str:
        if not path:
            path = f"{secrets.token_hex(6)}.pem"
            certificates.files[path] = maker.bundle
        iat = int(datetime.now(UTC).timestamp()) - age_s
        payload = maker.claims(**{"orig": {"tn": ORIG}, "dest": {"tn": [dest]}, "iat": iat, **claims})
        jose = maker.jose_header(x5u=certificates.url(path), ppt=kind)
        return f"Identity: {maker.identity(payload, jose=jose)}"

    return line
