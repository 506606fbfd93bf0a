"""Engine and unit of work: `async with database.begin() as session` commits at its end or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from gateway.db.sqlite import connect

BUSY_TIMEOUT_MS = 30_000  # for other processes: who waits only looks from time to time, and needs luck


def make_engine(url: str) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite://` or `postgresql+psycopg://`."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10)
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_async_engine(url, connect_args={"async_creator_fn": connect})
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    """Takes the write lock at once: a transaction that reads first and writes later can then never fail half-way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Database:
    """One per process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        # of this database alone: who listens to its events hears of no other
        self.session_class = type("DatabaseSession", (Session,), {})
        self._turns = asyncio.Lock() if self.engine.dialect.name == "sqlite" else None
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, sync_session_class=self.session_class)

    def begin(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session in a transaction that commits when the block ends and rolls back when it fails."""
        return self._in_turn() if self._turns else self._sessions.begin()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[AsyncSession]:
        """One after the other, in the order in which they came. SQLite lets in whoever happens to look at the right
        moment: of several that write without a pause, one may look in vain for half a minute."""
        assert self._turns is not None
        mine = False
        try:
            async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
                mine = await self._turns.acquire()
        except TimeoutError:
            pass  # SQLite says what is wrong
        try:
            async with self._sessions.begin() as session:
                yield session
        finally:
            if mine:
                self._turns.release()

    async def close(self) -> None:
        await self.engine.dispose()
