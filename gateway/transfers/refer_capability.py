"""What a call teaches about its trunk: does the far end there take a REFER? Kept with the trunk, in the transaction in
which it was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.facts import TransferEnded
from gateway.calls.refer_facts import ReferEnded
from trunks.models import TrunkRow

# What says that REFER is not taken; other statuses are about this target, or this moment.
TAKES_NONE = frozenset({403, 405, 420, 501, 603})


def learnt(what: object) -> tuple[Literal["works", "refused"], str] | None:
    """From one thing that was told, and in words how; None when it says nothing about the trunk. Pure."""
    match what:
        case TransferEnded(outcome="success") | ReferEnded(outcome="done"):
            return "works", "a transfer was completed"
        case TransferEnded(outcome="failure", taken=False, sip_code=int(code)) if code in TAKES_NONE:
            return "refused", f"a REFER was answered with {code}"
        case ReferEnded(outcome="refused", sip_code=int(code)) if code in TAKES_NONE:
            return "refused", f"a REFER was answered with {code}"
        case _:
            return None


async def learn_refer(session: AsyncSession, call: Call, before: int, events: Sequence[Event]) -> None:
    """A `gateway.calls.runner.Within`."""
    for event in events:
        if call.trunk_id and not event.repeated and (found := learnt(event.what)):
            await keep(session, call.trunk_id, found[0], found[1], event.at)


async def keep(session: AsyncSession, trunk_id: str, refer: str, how: str, at: datetime) -> None:
    await session.execute(
        update(TrunkRow).where(TrunkRow.id == trunk_id).values(refer=refer, refer_how=how, refer_at=at)
    )
