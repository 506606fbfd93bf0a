"""One 20 ms clock for the audio of all legs of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from gateway.kernel.logs import get_logger

TICK_S = 0.020
TELL_EVERY_S = 60.0
MAX_CATCH_UP = 3  # ticks sent at once after the loop was late; older ones are skipped

_log = get_logger(__name__)
_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, MediaClock] = WeakKeyDictionary()


class MediaClock:
    """Calls its subscribers every 20 ms on an absolute time grid; runs only while it has any."""

    def __init__(self) -> None:
        self.skipped = 0
        self._subscribers: dict[int, Callable[[], None]] = {}
        self._next_key = 0
        self._next_at = 0.0
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def _note_skipped(self, ticks: int) -> None:
        """Counts always; tells at most once a minute."""
        self.skipped += ticks
        if self._next_at > self._told_at + TELL_EVERY_S:
            self._told_at = self._next_at
            _log.warning("media_clock_late", ticks=ticks, since_start=self.skipped)

    @staticmethod
    def shared() -> MediaClock:
        """The clock of the running event loop."""
        loop = asyncio.get_running_loop()
        clock = _shared.get(loop)
        if clock is None:
            clock = _shared[loop] = MediaClock()
        return clock

    def subscribe(self, tick: Callable[[], None]) -> Callable[[], None]:
        """Calls `tick` every 20 ms until the returned function is called."""
        key = self._next_key
        self._next_key += 1
        self._subscribers[key] = tick
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._next_at = loop.time() + TICK_S
            self._timer = loop.call_at(self._next_at, self._tick)

        def leave() -> None:
            self._subscribers.pop(key, None)

        return leave

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._subscribers:
            self._timer = None
            return
        due = 1 + int((loop.time() - self._next_at) / TICK_S)
        if due > MAX_CATCH_UP:
            self._note_skipped(due - MAX_CATCH_UP)
        self._next_at += due * TICK_S
        self._timer = loop.call_at(self._next_at, self._tick)
        for _ in range(min(due, MAX_CATCH_UP)):
            # call_soon, so that an error in one leg is that leg's alone
            for subscriber in list(self._subscribers.values()):
                loop.call_soon(subscriber)
