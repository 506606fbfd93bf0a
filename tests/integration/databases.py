"""A real database for a test: SQLite in its own folder, or PostgreSQL by GATEWAY_TEST_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

from gateway.db.session import Database
from gateway.tables import metadata


def database_url(folder: Path) -> str:
    return os.environ.get("GATEWAY_TEST_DATABASE_URL") or f"sqlite+aiosqlite:///{folder / 'gateway.db'}"


@asynccontextmanager
async def empty_database(folder: Path) -> AsyncIterator[Database]:
    """Every table, no row."""
    file = folder / "gateway.db"
    url = database_url(folder)
    if url.endswith(f"///{file}"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(await asyncio.to_thread(_empty_file))
    database = Database(url)
    if not url.startswith("sqlite"):
        async with database.engine.begin() as connection:
            await connection.run_sync(_emptied)
    try:
        yield database
    finally:
        await database.close()


@cache
def _empty_file() -> bytes:
    """Made once; a copy is a hundred times faster than the tables one by one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        engine = create_engine(f"sqlite:///{file}")
        metadata.create_all(engine)
        engine.dispose()
        return file.read_bytes()


def _emptied(connection: Connection) -> None:
    """The tables are kept from test to test, unless one has taken some away."""
    if set(inspect(connection).get_table_names()) >= set(metadata.tables):
        names = ", ".join(f'"{name}"' for name in metadata.tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        return
    metadata.drop_all(connection)
    metadata.create_all(connection)
