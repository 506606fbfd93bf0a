"""Writes a call's evidence to the ledger, in the transaction that records the events: both are there, or neither."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.ledger import Ledger
from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.evidence import evidence_of
from gateway.kernel.clock import Clock


class EvidenceWriter:
    """`write` is for `CallRunner.on_append`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def write(self, session: AsyncSession, call: Call, after: int, events: Sequence[Event]) -> None:
        for one in evidence_of(after, events):
            await Ledger(session).append(
                one.kind,
                at=self._clock.now(),
                actor=one.actor,
                call_id=call.id,
                facts=one.facts,
                personal={} if call.erased_at is not None else one.personal,
            )
