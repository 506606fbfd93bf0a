"""Alembic's environment: one transaction per migration, one migrator at a time, batch mode for SQLite."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from gateway.db.base import Base, UtcDateTime
from gateway.db.session import make_engine
from gateway.settings import load_settings
from gateway.tables import ALL

LOCK = 6_021_505  # any number, the same for every migrator
assert ALL


def render_item(kind: str, item: object, autogen: Any) -> str | bool:
    """Our column type by its own name in generated migrations."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from gateway.db.base import UtcDateTime")
        return "UtcDateTime()"
    return False


def migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


async def run(url: str) -> None:
    engine = make_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


@contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """A file lock beside an SQLite database; PostgreSQL has its own lock."""
    database = make_url(url).database
    if not url.startswith("sqlite") or not database or database == ":memory:":
        yield
        return
    Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Path(database + ".migrate").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


url = context.config.attributes.get("url") or load_settings().database
with one_at_a_time(url):
    asyncio.run(run(url))
