"""SQLite's write-ahead log while a long file is stored.

Hashes are at random in their index: every thousand of them change a thousand pages. Whoever commits puts such pages in
their place, if there are many, and takes longer for it than for the rows; here that is done in the pause after the
transaction, when nobody has to wait for it.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.db.session import Database

# of the connection that writes: room for those pages (KiB), and so many in the log before it does it itself after all
_ROOM = ("PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 8192")
_HAS_ROOM = "campaigns.importing.room"


async def make_room(connection: AsyncConnection) -> None:
    """Once for a connection."""
    known = connection.sync_connection.info if connection.sync_connection else {}
    if connection.dialect.name == "sqlite" and not known.get(_HAS_ROOM):
        for one in _ROOM:
            await connection.exec_driver_sql(one)
        known[_HAS_ROOM] = True


async def put_in_place(database: Database) -> None:
    """Everybody else may read and write meanwhile. PostgreSQL has a process for it."""
    if database.engine.dialect.name != "sqlite":
        return
    async with database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await (await raw.execute("PRAGMA wal_checkpoint(PASSIVE)")).close()
