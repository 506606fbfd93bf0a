"""Wakes those who follow the log when something was recorded by this process."""

from __future__ import annotations

import asyncio


class Feed:
    """A counter that can be awaited. Other processes' records are found by the followers' own poll."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def publish(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, timeout: float) -> None:
        """Returns at the next record, or after `timeout` seconds."""
        changed = self._changed
        try:
            await asyncio.wait_for(changed.wait(), timeout)
        except TimeoutError:
            return
