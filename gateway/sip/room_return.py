"""A leg's connection to its room goes away and comes back, or does not; and whether the room is another one then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from livekit import rtc

from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

RECONNECT_WITHIN_S = 8.0
LOOK_S, LOOKS = 0.1, 30

_log = get_logger(__name__)


class RoomReturn:
    """`on_lost`: it did not come back in time. `on_anew`: LiveKit knew us no more, and its library has joined again:
    the room as it was, or an empty one of the same name."""

    def __init__(
        self, room: rtc.Room, tasks: TaskSet, *, on_back: Callable[[], None], on_lost: Callable[[], None],
        on_anew: Callable[[], None],
    ) -> None:  # fmt: skip
        self._room, self._tasks = room, tasks
        self._on_back, self._on_lost, self._on_anew = on_back, on_lost, on_anew
        self._joined_as = ""  # the session's id, which a resumed connection keeps
        self._give_up: asyncio.TimerHandle | None = None
        room.on("reconnecting", self._reconnecting)
        room.on("reconnected", self._reconnected)

    @property
    def has_joined(self) -> bool:
        return bool(self._joined_as)

    def joined(self) -> None:
        self._joined_as = self._room.local_participant.sid

    def stop_waiting(self) -> None:
        if self._give_up:
            self._give_up.cancel()
            self._give_up = None

    def _reconnecting(self) -> None:
        _log.info("room_reconnecting")
        loop = asyncio.get_running_loop()
        self._give_up = self._give_up or loop.call_later(RECONNECT_WITHIN_S, self._on_lost)

    def _reconnected(self) -> None:
        _log.info("room_reconnected")
        self.stop_waiting()
        self._tasks.start(self._look_whether_anew(), name="leg:joined-anew")
        self._on_back()

    async def _look_whether_anew(self) -> None:
        """The library learns the new session's id some 50 ms after the news that it is connected, and tells nobody."""
        for _ in range(LOOKS):
            await asyncio.sleep(LOOK_S)
            if self._room.local_participant.sid != self._joined_as:
                self.joined()
                _log.info("room_joined_anew")
                self._on_anew()
                return
