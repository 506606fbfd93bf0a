"""Finds calls that nobody carries any more; what a dead call is, `sweep.py` says."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.calls.facts import CallLost
from gateway.calls.models import CallRow
from gateway.calls.ports import Rooms
from gateway.calls.sweep import Carried, verdict_on
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Unavailable

ROOMS_EVERY = timedelta(seconds=10)
PAUSE = timedelta(seconds=3)  # scans this far apart: we were stopped, and so could not be reported to


class Sweeper:
    """Finds calls that nobody carries any more. Times are of `clock`."""

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms, self._clock = rooms, clock
        self._judging_since = self._last_scan = clock.now()
        self._gone: dict[str, datetime] = {}  # room → since when it is known to be gone
        self._rooms_asked: datetime | None = None

    def room_changed(self) -> None:
        """Something happened to a room: ask LiveKit at the next opportunity."""
        self._rooms_asked = None

    def dead(self, rows: list[CallRow], reporting_nodes: set[str]) -> list[CallLost]:
        """A `CallLost` for every dead call among the open ones."""
        now = self._clock.now()
        if now - self._last_scan > PAUSE:
            self._judging_since = now
        self._last_scan = now
        found: list[CallLost] = []
        for row in rows:
            slug = verdict_on(self._carried(row, reporting_nodes), now=now, judging_since=self._judging_since)
            if slug:
                found.append(CallLost(id=f"{row.id}:lost", call_id=row.id, source="sweeper", seq=0, at=now, slug=slug))
        return found

    def _carried(self, row: CallRow, reporting_nodes: set[str]) -> Carried:
        room = row.pii.get("room", "")
        return Carried(
            call_id=row.id,
            opened_at=row.recorded_at,
            listed_at=row.listed_at,
            node_reports=row.node in reporting_nodes,
            joined=bool(room),
            room_gone_since=self._gone.get(room),
            waits=bool(row.state.get("transfer")) and not row.state.get("human"),
        )

    async def look_at_rooms(self, rooms: list[str]) -> None:
        """Asks LiveKit which of the open calls' rooms are gone; not oftener than is of use."""
        now = self._clock.now()
        if not rooms or (self._rooms_asked and not self._gone and now - self._rooms_asked < ROOMS_EVERY):
            return
        try:
            existing = await self._rooms.existing_rooms(rooms)
        except Unavailable:
            return  # an unanswered question is no verdict
        self._rooms_asked = now
        self._gone = {room: self._gone.get(room, now) for room in rooms if room not in existing}
