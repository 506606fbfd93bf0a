"""A real database for a test: SQLite in its own folder, or PostgreSQL by GATEWAY_TEST_DATABASE_URL."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.db.session import Database
from gateway.tables import metadata


def database_url(folder: Path) -> str:
    return os.environ.get("GATEWAY_TEST_DATABASE_URL") or f"sqlite+aiosqlite:///{folder / 'gateway.db'}"


@asynccontextmanager
async def empty_database(folder: Path) -> AsyncIterator[Database]:
    """Every table, no row."""
    database = Database(database_url(folder))
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: metadata.drop_all(c))
        await connection.run_sync(lambda c: metadata.create_all(c))
    try:
        yield database
    finally:
        await database.close()
