"""What a task leaves behind that is cancelled in a transaction: nothing that others would have to wait for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.db.session import Database

ROWS = "WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 3000) SELECT n FROM row"


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    """It would let go of the lock now and then, by chance."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collector")
async def test_a_reader_cancelled_at_any_moment_keeps_no_writer_waiting(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/gateway.db")

    async def read() -> None:
        async with database.begin() as session:
            await session.execute(text(ROWS))

    try:
        async with database.begin() as session:
            await session.execute(text("CREATE TABLE note (n INTEGER)"))
        for moment in range(60):
            reader = asyncio.create_task(read())
            await asyncio.sleep(moment / 10_000)  # not a wait: where in the transaction it is cut off
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            async with database.begin() as session:  # fails with "database is locked" after the busy timeout
                await session.execute(text("INSERT INTO note VALUES (1)"))
    finally:
        await database.close()
