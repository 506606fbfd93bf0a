"""Numbers whose trunks ask who vouches for a caller, on the one running stack."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
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
