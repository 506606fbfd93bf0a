"""An agent that waits for the end of a transfer asks now and then whether there is still something to wait for.

The word that it is over comes through the room, and is lost with whoever carried it: the control plane, LiveKit, or an
agent before this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agents.resume import Conversation

ASK_EVERY_S = 2.0

Ask = Callable[[], Awaitable[Conversation | None]]  # None: nobody can tell


class StillWaiting:
    def __init__(self, paused: Callable[[], bool], ask: Ask, *, every_s: float = ASK_EVERY_S) -> None:
        self._paused, self._ask, self._every_s = paused, ask, every_s

    async def over(self) -> Conversation:
        """Returns when the record has told twice in a row that what is waited for is over: a word that is only on its
        way comes first."""
        told = 0
        while True:
            await asyncio.sleep(self._every_s)
            known = await self._ask() if self._paused() else None
            told = told + 1 if known and known.transfer != "under_way" and self._paused() else 0
            if known and told >= 2:
                return known
