"""SQLite with one trip to its thread per statement: aiosqlite makes four (cursor, execute, fetch, close).

Each trip wakes two threads, about 0.1 ms: in an admission that was a third of its time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, Self

import aiosqlite


class LettingGo(sqlite3.Connection):
    """Lets go of the write lock when it closes.

    The connection of a task cancelled in a transaction (a client that hangs up is enough) is closed. If a cursor of it
    has rows left, SQLite keeps the connection alive, its transaction too, until that cursor is collected as garbage;
    meanwhile nobody could write.
    """

    def close(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            self.rollback()
        super().close()


class Answer(NamedTuple):
    """What one statement brought back, as PEP 249 names it."""

    rows: list[Any] = []
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None


class OneTripCursor:
    """The cursor that SQLAlchemy's adapter asks for. All rows come with the statement, so nothing is left to close."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._answer = Answer()

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._answer.lastrowid

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        self._answer = await self._connection.ask(lambda cursor: cursor.execute(operation, parameters))

    async def executemany(self, operation: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._answer = await self._connection.ask(lambda cursor: cursor.executemany(operation, parameters))

    async def fetchall(self) -> list[Any]:
        return self._answer.rows

    async def close(self) -> None:
        """Closed it is already."""


class OneTripConnection(aiosqlite.Connection):
    """A connection and its thread."""

    def cursor(self) -> OneTripCursor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Not awaited: nothing is opened before a statement is given."""
        return OneTripCursor(self)

    async def ask(self, statement: Callable[[sqlite3.Cursor], object]) -> Answer:
        """Runs `statement` and fetches what it found, in the connection's thread."""
        return await self._execute(self._ask, statement)

    def _ask(self, statement: Callable[[sqlite3.Cursor], object]) -> Answer:
        cursor = self._conn.cursor()
        try:
            statement(cursor)
            rows = cursor.fetchall() if cursor.description else []
            return Answer(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        finally:
            cursor.close()


def connect(database: str, **options: Any) -> OneTripConnection:
    """To be awaited. For SQLAlchemy's `async_creator_fn`; `options` are those of `sqlite3.connect`."""
    connection = OneTripConnection(partial(sqlite3.connect, database, factory=LettingGo, **options), iter_chunk_size=1)
    connection._thread.daemon = True  # as SQLAlchemy does it: a connection nobody closed must not keep the process
    return connection
