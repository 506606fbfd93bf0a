"""What calls out teach about their trunks: one that fails is left alone for a while. Kept in the transaction in which
the call's outcome was told, whichever node told it and whoever dialled."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.events import CallEnded, Event
from gateway.calls.facts import DialProgress, LegAnswered
from gateway.calls.trunk_verdict import verdict_on_trunk
from trunks.routes.circuits import Circuits


async def learn_trunk_health(session: AsyncSession, call: Call, before: int, events: Sequence[Event]) -> None:
    """A `gateway.calls.runner.Within`."""
    if call.direction != "outbound" or not call.trunk_id:
        return
    telling = [event for event in events if _tells(event)]
    verdict = verdict_on_trunk(call) if telling else None
    if verdict is None:
        return
    circuits = Circuits(session)
    if verdict.verdict == "works":
        await circuits.worked(call.trunk_id)
    elif verdict.counts_against:
        await circuits.failed(call.trunk_id, telling[-1].at, verdict.words)


def _tells(event: Event) -> bool:
    """One that may be the first sign that the far end gives, or the last that is told of the call."""
    if event.late or event.repeated:
        return False
    return isinstance(event.what, LegAnswered | CallEnded) or (
        isinstance(event.what, DialProgress) and event.what.sip_code in (180, 183)
    )
