"""Wakes those who follow the log when something was recorded by this process."""

from __future__ import annotations

import asyncio


class Feed:
    """Other processes' records are found by the followers' own poll."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def publish(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def ticket(self) -> asyncio.Event:
        """Taken before looking, so that what is recorded while one looks is not missed."""
        return self._changed

    async def wait(self, ticket: asyncio.Event, timeout: float) -> None:
        """Returns when something was recorded since `ticket`, or after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await ticket.wait()
        except TimeoutError:
            return
