"""What happens to calls by itself: the watchdog's timers and the sweeper, started with the control plane.

Nothing here is remembered that a restart would miss: every second the open calls are read again, and
what is due follows from them. Between two scans the timers know the next moment exactly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.calls.call import Call
from gateway.calls.facts import CallLost
from gateway.calls.models import CallRow
from gateway.calls.performing import Begin
from gateway.calls.ports import Rooms
from gateway.calls.repository import CallRepository
from gateway.calls.runner import CallRunner
from gateway.calls.stored import read_call
from gateway.calls.sweep import Carried, verdict_on
from gateway.calls.watchdog import fact_due, next_due
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

SCAN_S = 1.0
SHORTEST_S = 0.02  # between two looks, should another process have acted on what looks due here
ROOMS_EVERY = timedelta(seconds=10)
PAUSE = timedelta(seconds=3)  # scans this far apart: we were stopped, and so could not be reported to

_log = get_logger(__name__)


class OpenCalls:
    """The calls that are not over, by id and by room, as last recorded or read."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}

    def heed(self, call: Call) -> None:
        if call.ended:
            self._calls.pop(call.id, None)
        else:
            self._calls[call.id] = call

    def replace(self, calls: Iterable[Call]) -> None:
        self._calls = {call.id: call for call in calls}

    def all(self) -> list[Call]:
        return list(self._calls.values())

    def in_room(self, room: str) -> list[Call]:
        return [call for call in self._calls.values() if call.room == room]


class Sweeper:
    """Finds calls that nobody carries any more. Times are of `clock`."""

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self._rooms, self._clock = rooms, clock
        self._judging_since = self._last_scan = clock.now()
        self._gone: dict[str, datetime] = {}  # room → since when it is known to be gone
        self._rooms_asked: datetime | None = None

    def look_at_rooms(self) -> None:
        """Ask LiveKit about rooms at the next scan, because something happened to one."""
        self._rooms_asked = None

    async def dead(self, rows: list[CallRow], reporting_nodes: set[str]) -> list[CallLost]:
        """A `CallLost` for every dead call among the open ones."""
        now = self._clock.now()
        if now - self._last_scan > PAUSE:
            self._judging_since = now
        self._last_scan = now
        await self._ask_about_rooms([row.pii["room"] for row in rows if row.pii.get("room")], now)
        found: list[CallLost] = []
        for row in rows:
            slug = verdict_on(self._carried(row, reporting_nodes), now=now, judging_since=self._judging_since)
            if slug:
                found.append(
                    CallLost(id=f"{row.id}:lost", call_id=row.id, source="sweeper", seq=0, at=now, slug=slug)
                )
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
        )

    async def _ask_about_rooms(self, rooms: list[str], now: datetime) -> None:
        if not rooms or (self._rooms_asked and not self._gone and now - self._rooms_asked < ROOMS_EVERY):
            return
        try:
            existing = await self._rooms.existing_rooms(rooms)
        except Unavailable:
            return  # an unanswered question is no verdict
        self._rooms_asked = now
        self._gone = {room: self._gone.get(room, now) for room in rooms if room not in existing}


class CallLoops:
    """Watchdog and sweeper over the open calls; `start` and `close` with the control plane."""

    def __init__(self, runner: CallRunner, begin: Begin, rooms: Rooms, clock: Clock) -> None:
        self._runner, self._begin, self._clock = runner, begin, clock
        self.open = OpenCalls()
        self.sweeper = Sweeper(rooms, clock)
        self._wake = asyncio.Event()
        self._tasks = TaskSet()
        runner.on_call(self._heed)

    def start(self) -> None:
        self._tasks.start(self._scan_forever(), name="call-scan")
        self._tasks.start(self._watch_forever(), name="call-watchdog")

    async def close(self) -> None:
        await self._tasks.close()

    def _heed(self, call: Call) -> None:
        self.open.heed(call)
        self._wake.set()

    async def scan(self) -> None:
        """Reads the open calls, closes dead ones, carries out what a crashed process left."""
        async with self._begin() as session:
            repository = CallRepository(session)
            rows = await repository.open_calls()
            nodes = await repository.reporting_nodes()
        self.open.replace(read_call(row) for row in rows)
        self._wake.set()
        dead = await self.sweeper.dead(rows, nodes)
        if dead:
            _log.warning("calls_lost", calls=[fact.call_id for fact in dead])
            await self._runner.take(dead)
        await self._runner.performer.take_over()

    async def watch(self) -> None:
        """Reports everything that is due now."""
        now = self._clock.now()
        due = [fact for call in self.open.all() if (fact := fact_due(call, now))]
        if due:
            await self._runner.take(due)

    def _until_next(self) -> float:
        moments = [due[0] for call in self.open.all() if (due := next_due(call))]
        if not moments:
            return SCAN_S
        return min(max((min(moments) - self._clock.now()).total_seconds(), SHORTEST_S), SCAN_S)

    async def _scan_forever(self) -> None:
        while True:
            try:
                await self.scan()
            except Exception:
                _log.exception("call_scan_failed")
            await asyncio.sleep(SCAN_S)

    async def _watch_forever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), self._until_next())
            except TimeoutError:
                await self._watch_once()

    async def _watch_once(self) -> None:
        try:
            await self.watch()
        except Exception:
            _log.exception("call_watch_failed")
            await asyncio.sleep(SCAN_S)
