"""What our database knows about one INVITE, for the admission."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.match import match
from dispatch_rules.repository import RuleRepository, terms_of
from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import KnownRule, KnownTrunk, Route
from gateway.calls.repository import CallRepository
from trunks.models import TrunkRow
from trunks.repository import NumberRepository, TrunkRepository


async def find_route(session: AsyncSession, asked: AdmissionAsked) -> Route:
    """The trunk LiveKit named, the trunk that has the number, and the rule that takes the call."""
    trunks = TrunkRepository(session)
    trunk = await trunks.by_livekit_id(asked.livekit_trunk_id)
    number = await NumberRepository(session).by_number(asked.pii.dnis)
    owner = await session.get(TrunkRow, number.inbound_trunk_id) if number and number.inbound_trunk_id else None
    return Route(
        trunk=await _known(session, trunk) if trunk else None,
        number_id=number.id if number else "",
        owner=await _known(session, owner) if owner else None,
        rule=await _rule(session, trunk or owner, asked),
    )


async def _known(session: AsyncSession, row: TrunkRow) -> KnownTrunk:
    return KnownTrunk(
        id=row.id,
        allowed_addresses=tuple(row.allowed_addresses),
        enabled=row.enabled,
        any_number=row.any_number,
        max_calls=row.max_calls,
        open_calls=await CallRepository(session).count_open(row.id) if row.max_calls else 0,
        on_control_plane_loss="accept" if row.on_control_plane_loss == "accept" else "reject",
    )


async def _rule(session: AsyncSession, trunk: TrunkRow | None, asked: AdmissionAsked) -> KnownRule | None:
    if trunk is None:
        return None
    rows = {row.id: row for row in await RuleRepository(session).all()}
    found = match([terms_of(row) for row in rows.values()], trunk.id, asked.pii.dnis, asked.pii.ani)
    if found is None:
        return None
    row = rows[found.id]
    return KnownRule(row.id, row.agent_id, row.fallback_prompt, row.max_duration_s)
