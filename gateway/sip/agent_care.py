"""Sees to it that somebody talks to the caller: who is missing, who fell silent, when to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.sip.agent_watch import AgentWatch, Lost

LOOK_EVERY_S = 0.25
ROOM_GOES_WITHIN_S = 0.2


class AgentCare:
    """`on_lost` for each agent that goes; `on_nobody` when for `wait_s` neither an agent nor a person was there.

    `has_company` says whether a person keeps the phone company now. When the last of them all goes, the wait begins
    anew.
    """

    def __init__(
        self, on_lost: Callable[[Lost], None], on_nobody: Callable[[], None], has_company: Callable[[], bool]
    ) -> None:
        self._on_lost = on_lost
        self._on_nobody = on_nobody
        self._has_company = has_company
        self._watch = AgentWatch()
        self._speaking: set[str] = set()
        self._fell_silent: set[str] = set()
        self._attended = False
        self.had_company = False  # at any time
        self._wait_s = 0.0
        self._deadline: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def start(self, wait_s: float, *, due: bool) -> None:
        """The leg is in the room. `due`: somebody has to come from now on; else only a loss counts."""
        self._wait_s = wait_s
        if due:
            self._wait()
        self._look()

    def heard(self, identity: str) -> None:
        """The audio of an agent is there. One that fell silent is not believed until it leaves and comes back."""
        if identity not in self._fell_silent:
            self._speaking.add(identity)

    def alive(self, identity: str) -> None:
        self._watch.alive(identity, self._loop.time())

    def left(self, identity: str, *, is_agent: bool) -> None:
        self._speaking.discard(identity)
        self._fell_silent.discard(identity)
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

    def _wait(self) -> None:
        self._deadline = self._loop.time() + self._wait_s

    def _look(self) -> None:
        now = self._loop.time()
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look)
        for lost in self._watch.overdue(now):
            self._fell_silent.add(lost.identity)
            self._speaking.discard(lost.identity)
            self._lost(lost)
        before, self._attended = self._attended, self._is_attended()
        self.had_company |= self._attended
        if self._attended:
            self._deadline = None
        elif before:
            self._wait()
        elif self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._on_nobody()

    def _is_attended(self) -> bool:
        return bool(self._speaking) or self._has_company()

    def _lost(self, lost: Lost) -> None:
        if self._timer is None:
            return
        self._on_lost(lost)
        if not self._is_attended():
            self._wait()
