"""A number of its own for a test, on the stack that others use as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.sip.stack import RunningStack


@dataclass(frozen=True)
class Number:
    """`terms` of the trunk that has it."""

    number: str
    trunk_id: str
    agent_id: str

    @property
    def digits(self) -> str:
        return self.number.removeprefix("+")


def numbers_of(stack: RunningStack) -> Callable[..., Any]:
    """`with numbers("+1…", terms, rule, trunk_field=…) as number`: what is made goes again.

    `terms` are of caller trust.
    """

    @contextmanager
    def made(
        number: str, terms: dict[str, Any] | None = None, rule: dict[str, Any] | None = None, **trunk: Any
    ) -> Iterator[Number]:
        paths: list[str] = []

        def make(path: str, **body: Any) -> str:
            name = stack.post(path, body)["id"]
            paths.insert(0, f"{path}/{name}")
            return name

        agent = stack.get("/v1/agents")["data"][0]["id"]
        try:
            trunk_id = make(
                "/v1/inbound-trunks", name=f"own {number}", allowed_addresses=["127.0.0.0/8"],
                caller_trust=terms or {}, **trunk,
            )  # fmt: skip
            make("/v1/numbers", number=number, inbound_trunk_id=trunk_id)
            make("/v1/dispatch-rules", name=f"own {number}", trunk_ids=[trunk_id], agent_id=agent, **(rule or {}))
            for resource in ("inbound-trunks", "dispatch-rules"):
                stack.until(lambda r=resource: stack.get(f"/v1/{r}/sync")["in_sync"], f"{resource} in sync")
            yield Number(number, trunk_id, agent)
        finally:
            for path in paths:
                stack.api.delete(path)

    return made
