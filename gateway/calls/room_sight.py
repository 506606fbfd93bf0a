"""A look into the rooms where supervisors are, or ought to be: webhooks of LiveKit's may be lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.calls.call import Call
from gateway.calls.ports import Rooms
from gateway.calls.supervisor_facts import SupervisorJoined, SupervisorLeft
from gateway.calls.supervisors import news_of_room
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Unavailable

EVERY = timedelta(seconds=3)


class RoomSight:
    """Asks about rooms of supervised calls only, and not oftener than is of use."""

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms, self._clock = rooms, clock
        self._looked: datetime | None = None

    async def news(self, calls: Iterable[Call]) -> list[SupervisorJoined | SupervisorLeft]:
        """What the records do not tell yet; nothing while LiveKit does not answer."""
        now = self._clock.now()
        if self._looked and now - self._looked < EVERY:
            return []
        self._looked = now
        by_room: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            if call.room:
                by_room[call.room].append(call)
        found: list[SupervisorJoined | SupervisorLeft] = []
        for room, together in by_room.items():
            if any(call.supervisors for call in together):
                found += await self._news_of(room, together, now)
        return found

    async def _news_of(self, room: str, calls: list[Call], now: datetime) -> list[SupervisorJoined | SupervisorLeft]:
        try:
            present = await self._rooms.list_participants(room)
        except Unavailable:
            return []
        if present is None:
            return []
        return news_of_room(calls, {one.identity: one.joined_at for one in present}, now)
