"""What happens to calls by itself: the watchdog's timers and the sweeper, started with the control plane.

Nothing here is remembered that a restart would miss: every second the open calls are read again, and
what is due follows from them. Between two scans the timers know the next moment exactly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from compliance.screening.tidy import tidy_screening
from gateway.calls.call import Call
from gateway.calls.performing import Begin
from gateway.calls.ports import Rooms
from gateway.calls.repository import CallRepository
from gateway.calls.room_sight import RoomSight
from gateway.calls.runner import CallRunner
from gateway.calls.stored import read_call
from gateway.calls.sweeper import Sweeper
from gateway.calls.watchdog import fact_due, next_due
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going

SCAN_S = 1.0
TIDY_S = 3600.0
LOOK_S = 2.0
SHORTEST_S = 0.02  # between two looks, should another process have acted on what looks due here

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


class CallLoops:
    """Watchdog and sweeper over the open calls; `start` and `close` with the control plane."""

    def __init__(self, runner: CallRunner, begin: Begin, rooms: Rooms, clock: Clock) -> None:
        self._runner, self._begin, self._clock = runner, begin, clock
        self.open = OpenCalls()
        self.sweeper = Sweeper(rooms, clock)
        self._sight = RoomSight(rooms, clock)
        self._wake = asyncio.Event()
        self._tasks = TaskSet()
        self._looks: list[Callable[[], Awaitable[None]]] = []
        runner.on_call(self._heed)

    def look(self, look: Callable[[], Awaitable[None]]) -> None:
        """Another look into the rooms, every two seconds from the start on."""
        self._looks.append(look)

    def start(self) -> None:
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "call-scan": lambda: self._every(SCAN_S, self.scan),
            "call-livekit": lambda: self._every(SCAN_S, self.ask_livekit),
            "call-watchdog": self._watch_forever,
            "call-tidy": lambda: self._every(TIDY_S, self.tidy),
        }
        for number, look in enumerate(self._looks):
            loops[f"call-look-{number}"] = partial(self._every, LOOK_S, look)
        for name, loop in loops.items():
            self._tasks.start(keep_going(loop, name, SCAN_S), name=name)

    async def close(self) -> None:
        await self._tasks.close()

    def _heed(self, call: Call) -> None:
        self.open.heed(call)
        self._wake.set()

    async def scan(self) -> None:
        """Reads the open calls and closes the dead ones."""
        async with self._begin() as session:
            repository = CallRepository(session)
            rows = await repository.open_calls()
            nodes = await repository.reporting_nodes()
        self.open.replace(read_call(row) for row in rows)
        self._wake.set()
        dead = self.sweeper.dead(rows, nodes)
        if dead:
            _log.warning("calls_lost", calls=[fact.call_id for fact in dead])
            await self._runner.take(dead)

    async def ask_livekit(self) -> None:
        """Looks at the rooms, and carries out what a crashed process left. LiveKit may be slow or away,
        and the scan must not wait for it."""
        await self.sweeper.look_at_rooms([call.room for call in self.open.all() if call.room])
        if seen := await self._sight.news(self.open.all()):
            await self._runner.take(seen)
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

    async def _watch_forever(self) -> None:
        while True:
            self._wake.clear()
            try:
                async with asyncio.timeout(self._until_next()):
                    await self._wake.wait()
            except TimeoutError:
                await self.watch()

    async def tidy(self) -> None:
        async with self._begin() as session:
            await CallRepository(session).forget_old(self._clock.now())
        await tidy_screening(self._begin, self._clock)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await work()
            await asyncio.sleep(seconds)
