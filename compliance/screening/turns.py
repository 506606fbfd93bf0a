"""Long work in many short transactions, with a pause after each that is as long as it took.

SQLite lets one write at a time, and who waits only looks from time to time whether it may: without pauses a call that
comes during an import would hardly ever get its turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.clock import Clock

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
LONGEST_PAUSE_S = 0.5


@asynccontextmanager
async def in_turn(begin: Begin, clock: Clock) -> AsyncIterator[AsyncSession]:
    """A transaction of `begin`, then the pause."""
    began = clock.monotonic()
    async with begin() as session:
        yield session
    await asyncio.sleep(min(clock.monotonic() - began, LONGEST_PAUSE_S))
