"""Finds the call that comes back in, and reads from its record what became of what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from gateway.calls.call import Call
from gateway.calls.facts import DigitPressed, LegHeld, LegLeft
from gateway.calls.feed import Feed
from gateway.calls.own_facts import AdmissionDecided
from gateway.calls.performing import Begin
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_call, read_event
from gateway.trunk_test.seen import Incoming

LOOK_S = 1.0  # what another control plane recorded is found by looking


class Returning:
    """`since`: when the test began. Of several calls to the number the one that shows ours is taken first."""

    def __init__(self, begin: Begin, feed: Feed, number: str, shown: str, since: datetime) -> None:
        self._begin, self._feed, self._number, self._shown, self._since = begin, feed, number, shown, since
        self.call: Call | None = None

    async def until(self, done: Callable[[Incoming | None], bool], within_s: float) -> Incoming | None:
        """What is known once `done` says so, or the time is up."""
        found: Incoming | None = None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    ticket = self._feed.ticket()
                    found = await self.look()
                    if done(found):
                        return found
                    await self._feed.wait(ticket, LOOK_S)
        except TimeoutError:
            return found

    async def look(self) -> Incoming | None:
        async with self._begin() as session:
            calls = CallRepository(session)
            if self.call is None:
                self.call = self._ours(await calls.in_since(self._since))
            if self.call is None:
                return None
            row = await calls.get(self.call.id)
            if row is not None:
                self.call = read_call(row)
            events = [read_event(entry).what for entry in await calls.log(self.call.id)]
        return incoming_of(self.call, events)

    def _ours(self, calls: list[Call]) -> Call | None:
        called = [one for one in calls if one.pii.dnis.lstrip("+") == self._number.lstrip("+")]
        called.sort(key=lambda one: (one.pii.ani.lstrip("+") != self._shown.lstrip("+"), one.created_at))
        return called[0] if called else None


def incoming_of(call: Call, events: Sequence[object]) -> Incoming:
    """Pure."""
    found = Incoming(call.id, call.trunk_id, call.pii.ani, answered=call.answered_at is not None)
    for what in events:
        match what:
            case AdmissionDecided(verdict=verdict) if verdict.verdict == "reject":
                found.refused = (verdict.slug, verdict.sentence)
            case DigitPressed(transport=transport, pii=pii) if pii.digit:
                found.keys[pii.digit] = transport
            case LegHeld(held=True, by="caller"):
                found.held = True
            case LegLeft(rtp=rtp):
                found.rtp = dict(rtp)
            case _:
                pass
    return found
