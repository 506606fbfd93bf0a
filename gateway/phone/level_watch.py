"""Waits for the next sound, or the next silence, among the frames that a phone hears."""

from __future__ import annotations

import asyncio

QUIET_FRAMES = 3  # that many silent frames in a row are a silence
FRAME_S = 0.02


class LevelWatch:
    def __init__(self) -> None:
        self._waiting: list[tuple[bool, asyncio.Future[float]]] = []
        self._quiet = 0

    async def next(self, *, loud: bool) -> float:
        """When it began, monotonic seconds."""
        waiter: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting.append((loud, waiter))
        return await waiter

    def heard(self, *, loud: bool, at: float) -> None:
        """One frame, in order."""
        self._quiet = 0 if loud else self._quiet + 1
        if not loud and self._quiet < QUIET_FRAMES:
            return
        at = at if loud else at - (QUIET_FRAMES - 1) * FRAME_S
        waiting, self._waiting = self._waiting, []
        for wanted, waiter in waiting:
            if wanted != loud:
                self._waiting.append((wanted, waiter))
            elif not waiter.done():
                waiter.set_result(at)
