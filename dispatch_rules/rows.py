"""Rows of rules, from what somebody wants; PINs are sealed. Refused in words where they contradict what there is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.conflicts import conflict
from dispatch_rules.models import RuleRow
from dispatch_rules.repository import RuleRepository, terms_of
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import SecretBox
from trunks.repository import TrunkRepository
from trunks.trust import WithAgents, check_trust

SECRET = frozenset({"pin", "trust_pin"})
NULLABLE = frozenset({"max_duration_s", "caller_trust"})


class WithAgentsAndCaptures(WithAgents, Protocol):
    @property
    def captures_of_agent(self) -> Callable[[AsyncSession, str], Awaitable[frozenset[str]]]: ...


def new_rule(values: Mapping[str, Any], box: SecretBox, now: datetime) -> RuleRow:
    row = RuleRow(id=new_id("rule"), livekit_id="", created_at=now)
    change_rule(row, values, box, now)
    return row


def change_rule(row: RuleRow, values: Mapping[str, Any], box: SecretBox, now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, box.seal(str(value)) if name in SECRET else value)
    row.updated_at = now


async def check_rule(session: AsyncSession, row: RuleRow, wired: WithAgentsAndCaptures) -> None:
    """Raises NotFound for a trunk or agent that is not there, Conflict for a rule that matches alike."""
    for trunk_id in row.trunk_ids:
        await TrunkRepository(session).get(trunk_id, "inbound", field="trunk_ids")
    if not await wired.agent_exists(session, row.agent_id):
        raise NotFound("there is no such agent", field="agent_id", todo="GET /v1/agents")
    if row.capture and row.capture not in await wired.captures_of_agent(session, row.agent_id):
        raise NotFound(
            f"the agent has no {row.capture} among its captures", field="capture",
            todo=f"GET /v1/agents/{row.agent_id} shows them, PATCH adds one",
        )  # fmt: skip
    await check_trust(session, row.caller_trust, row.trust_pin, wired)
    others = [terms_of(one) for one in await RuleRepository(session).all() if one.id != row.id]
    if other := conflict(terms_of(row), others):
        raise Conflict(
            f"rule {other.id} ({other.name}) would match the same calls equally well", code="rule.conflict",
            todo="give one of them numbers or inbound_numbers, or change the other rule",
        )  # fmt: skip
