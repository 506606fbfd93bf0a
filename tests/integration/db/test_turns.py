"""Transactions on SQLite follow each other in the order in which they were begun; none waits for luck."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import text

from gateway.db.session import Database

MANY = 30


async def test_who_comes_first_writes_first(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/gateway.db")
    wrote: list[int] = []

    async def write(number: int) -> None:
        async with database.begin() as session:
            await session.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})
            wrote.append(number)

    try:
        async with database.begin() as session:
            await session.execute(text("CREATE TABLE note (number INTEGER)"))
        async with database.begin() as session:
            await session.execute(text("INSERT INTO note VALUES (-1)"))
            waiting = [asyncio.create_task(write(number)) for number in range(MANY)]
            await asyncio.sleep(0)  # all of them stand in the queue
        await asyncio.gather(*waiting)
        assert wrote == list(range(MANY))
        async with database.begin() as session:
            rows = await session.execute(text("SELECT number FROM note ORDER BY rowid"))
            assert list(rows.scalars()) == [-1, *range(MANY)]
    finally:
        await database.close()


async def test_who_is_cancelled_in_the_queue_leaves_it(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/gateway.db")

    async def write() -> None:
        async with database.begin() as session:
            await session.execute(text("SELECT 1"))

    try:
        async with database.begin():
            gives_up, goes_on = asyncio.create_task(write()), asyncio.create_task(write())
            await asyncio.sleep(0)
            gives_up.cancel()
        await goes_on
        assert gives_up.cancelled()
    finally:
        await database.close()
