"""One attempt, one dial: what the admission of a call out knows of the attempt that wants it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit_outbound import WayOut
from gateway.calls.lookup_outbound import find_way_out
from gateway.campaigns.models import AttemptRow
from gateway.campaigns.names import attempt_of
from gateway.kernel.clock import Clock


async def way_of_campaign(session: AsyncSession, asked: AdmissionAsked, clock: Clock) -> WayOut | None:
    """A `gateway.calls.admissions.FindWayOut`. Whoever else asks for a call has no attempt, and is not bound by one."""
    way = await find_way_out(session, asked, clock)
    attempt_id = attempt_of(asked.asked_by) if asked.purpose == "call" else None
    if way is None or attempt_id is None:
        return way
    row = await session.get(AttemptRow, attempt_id, with_for_update=True)
    if row is None or row.state != "dialling" or row.call_id not in ("", asked.call_id):
        return replace(way, attempt="spent")
    # its slot was handed out among all dials of the trunk: a moment's delay on the way makes it no call too many
    return replace(way, attempt="open", agent_id=row.agent_id, max_calls_per_s=None)
