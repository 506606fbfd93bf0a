"""What our database knows about a call out, or about a transfer: the trunk, what it allows, what it has used today."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit_outbound import WayOut
from gateway.calls.number_class import countries_of
from gateway.calls.repository import CallRepository
from gateway.kernel.clock import Clock
from trunks.media import MediaTerms
from trunks.models import TrunkRow
from trunks.repository import NumberRepository

SECOND = timedelta(seconds=1)


async def find_way_out(session: AsyncSession, asked: AdmissionAsked, clock: Clock) -> WayOut | None:
    """The outbound trunk that is named; for a transfer the trunk of its call. None for what is not ours.

    Works inside the caller's transaction, and holds the trunk's row to its end: the caps count what is admitted.
    """
    if asked.purpose == "transfer":
        return await _of_call(session, asked)
    if not asked.livekit_trunk_id:
        return None
    query = select(TrunkRow).where(TrunkRow.livekit_id == asked.livekit_trunk_id, TrunkRow.direction == "outbound")
    row = await session.scalar(query.with_for_update())
    if row is None:
        return None
    calls = CallRepository(session)
    now = clock.now()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return WayOut(
        trunk_id=row.id,
        enabled=row.enabled,
        numbers=tuple(row.numbers),
        any_caller_id=row.any_caller_id,
        home=countries_of(row.numbers),
        allowed_countries=tuple(row.allowed_countries),
        allow_extensions=row.allow_extensions,
        max_calls=row.max_calls,
        open_calls=0 if row.max_calls is None else await calls.count_open(row.id),
        max_calls_per_s=row.max_calls_per_s,
        calls_this_second=0 if row.max_calls_per_s is None else await calls.admitted_since(row.id, now - SECOND),
        max_duration_s=row.max_duration_s,
        price_per_minute=_money(row.price_per_minute),
        max_spend_per_day=_money(row.max_spend_per_day),
        currency=row.currency,
        media=MediaTerms.model_validate(row.media),
        sign_calls=row.sign_calls,
        minutes_today=0 if row.max_spend_per_day is None else await calls.minutes_since(row.id, today),
    )


async def _of_call(session: AsyncSession, asked: AdmissionAsked) -> WayOut | None:
    """A call that is over, or that we do not know, has no way to anywhere."""
    call = await CallRepository(session).get(asked.call_id)
    row = await session.get(TrunkRow, call.trunk_id) if call and call.state["termination"] is None else None
    if call is None or row is None:
        return None
    own = await NumberRepository(session).of_trunk(row.id) if row.direction == "inbound" else row.numbers
    return WayOut(
        trunk_id=row.id,
        home=countries_of(own or [call.pii.get("dnis", "")]),
        allowed_countries=tuple(row.allowed_countries),
        allow_extensions=row.allow_extensions,
    )


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
