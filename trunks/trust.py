"""Caller trust terms against what else there is, before they are stored; refused in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.caller_trust.terms import CallerTrustTerms
from gateway.kernel.errors import BadInput, NotFound


class WithAgents(Protocol):
    """What the roof tells of agents, whom this floor does not know."""

    @property
    def agent_exists(self) -> Callable[[AsyncSession, str], Awaitable[bool]]: ...


async def check_trust(
    session: AsyncSession, terms: Mapping[str, object] | None, trust_pin: str, wired: WithAgents
) -> None:
    """Raises BadInput for a challenge by a PIN that is not there, NotFound for an agent that is not there."""
    if terms is None:
        return
    read = CallerTrustTerms.model_validate(terms)
    if read.needs_pin and not trust_pin:
        raise BadInput(
            "callers are to be challenged by pin, and there is none", code="trust.pin", field="trust_pin",
            todo="give trust_pin, or challenge by key",
        )  # fmt: skip
    for consequence in read.consequences:
        if consequence.to.startswith("agt_") and not await wired.agent_exists(session, consequence.to):
            raise NotFound("there is no such agent to send callers to", field="caller_trust", todo="GET /v1/agents")


def sends_to(terms: Mapping[str, object] | None, agent_id: str) -> bool:
    return terms is not None and any(one.to == agent_id for one in CallerTrustTerms.model_validate(terms).consequences)
