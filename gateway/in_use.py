"""Who uses an agent or a trunk: whoever is used cannot be deleted. For packages that may not know each other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.models import RuleRow
from dispatch_rules.repository import RuleRepository
from gateway.transfers.repository import TargetRepository
from trunks.repository import TrunkRepository
from trunks.trust import sends_to


async def rule_of_agent(session: AsyncSession, agent_id: str) -> str | None:
    """A rule whose calls it gets, or a rule or trunk that sends some callers to it."""
    if rule_id := await session.scalar(select(RuleRow.id).where(RuleRow.agent_id == agent_id).limit(1)):
        return rule_id
    rows = (*await RuleRepository(session).all(), *await TrunkRepository(session).all("inbound"))
    return next((row.id for row in rows if sends_to(row.caller_trust, agent_id)), None)


async def rule_of_trunk(session: AsyncSession, trunk_id: str) -> str | None:
    return next((row.id for row in await RuleRepository(session).all() if trunk_id in row.trunk_ids), None)


async def target_of_trunk(session: AsyncSession, trunk_id: str) -> str | None:
    return await TargetRepository(session).of_trunk(trunk_id)
