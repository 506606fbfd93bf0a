"""Sees to it that somebody talks to the caller: who is missing, who fell silent, when to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.sip.agent_watch import AgentWatch, Lost

LOOK_EVERY_S = 0.25
ROOM_GOES_WITHIN_S = 0.2


class AgentCare:
    """`on_lost` for each agent that goes; `on_nobody` once, when none has come for `wait_s`."""

    def __init__(self, on_lost: Callable[[Lost], None], on_nobody: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._on_nobody = on_nobody
        self._watch = AgentWatch()
        self._wait_s = 0.0
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def start(self, wait_s: float) -> None:
        """The leg is in the room: an agent is due from now on."""
        self._wait_s = wait_s
        self._deadline = self._loop.time() + wait_s
        self._look()

    def heard(self) -> None:
        """Somebody's audio is there."""
        self._deadline = None

    def alive(self, identity: str) -> None:
        self._watch.alive(identity, self._loop.time())

    def left(self, identity: str, *, is_agent: bool) -> None:
        # When a whole room goes, its participants leave a moment before we are told.
        if lost := self._watch.left(identity, is_agent=is_agent):
            self._loop.call_later(ROOM_GOES_WITHIN_S, self._lost, lost)

    def connection_back(self) -> None:
        self._watch.forgive(self._loop.time())

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._deadline = None

    def _look(self) -> None:
        now = self._loop.time()
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look)
        for lost in self._watch.overdue(now):
            self._lost(lost)
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._on_nobody()

    def _lost(self, lost: Lost) -> None:
        if self._timer is None:
            return
        self._on_lost(lost)
        if not self._watch.anyone:
            self._deadline = self._loop.time() + self._wait_s
