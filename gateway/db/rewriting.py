"""Leaves nothing of what was deleted in SQLite's files: freed pages and the write-ahead log keep it for long."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from gateway.db.session import Database
from gateway.kernel.logs import get_logger

_log = get_logger(__name__)


async def rewrite_file(database: Database) -> bool:
    """Writes the file anew and empties the log; nobody else can write meanwhile. False: somebody was in the way.

    True at once for PostgreSQL, which takes dead rows away itself (autovacuum) and keeps its log elsewhere.
    """
    if database.engine.dialect.name != "sqlite":
        return True
    try:
        async with database.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute("VACUUM")
            cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _, _ = await cursor.fetchone()
    except OperationalError as error:
        _log.info("database_not_rewritten", error=type(error).__name__)
        return False
    return not busy
