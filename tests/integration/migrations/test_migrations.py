"""The schema's history: one line of it, from nothing to what the code needs, and no start on an older one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from gateway.auth.scopes import Role
from gateway.bootstrap import first_key, issue_local_key, migrate, run_control_plane
from gateway.db import schema
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import SetupError
from gateway.settings import Settings
from gateway.tables import metadata
from tests.integration.databases import database_url


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """An installation whose database has nothing in it, not even a table."""
    url = database_url(tmp_path)
    await emptied(url)
    yield Settings(state_dir=tmp_path, database_url=url)
    await emptied(url)


async def emptied(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda c: metadata.drop_all(c))
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    await database.close()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database)
    yield database
    await database.close()


def test_the_history_has_one_head_and_one_root() -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config("sqlite+aiosqlite:///:memory:"))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


async def test_from_nothing_to_every_table(settings: Settings, database: Database) -> None:
    await asyncio.to_thread(migrate, settings)
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda c: set(inspect(c).get_table_names()))
    assert tables == {*metadata.tables, "alembic_version"}


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    return list(compare_metadata(context, metadata))


async def test_after_the_upgrade_there_is_nothing_left_to_generate(settings: Settings, database: Database) -> None:
    await asyncio.to_thread(migrate, settings)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_missing_column_would_be_noticed(settings: Settings, database: Database) -> None:
    await asyncio.to_thread(migrate, settings)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE numbers DROP COLUMN name"))
    async with database.engine.connect() as connection:
        assert "add_column" in str(await connection.run_sync(differences))


async def test_an_upgrade_again_and_by_several_at_once_keeps_what_is_there(settings: Settings) -> None:
    env = {**os.environ, "GATEWAY_DATABASE_URL": settings.database, "GATEWAY_STATE_DIR": str(settings.state_dir)}
    migrating = [sys.executable, "-m", "gateway", "migrate"]
    running = [await asyncio.create_subprocess_exec(*migrating, env=env) for _ in range(3)]
    assert [await one.wait() for one in running] == [0, 0, 0]
    key = await issue_local_key(settings)
    await asyncio.to_thread(migrate, settings)
    database = Database(settings.database)
    async with database.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT id, role FROM api_keys"))).all()
    await database.close()
    assert [tuple(row) for row in kept] == [("key_" + key.split("_")[2], Role.ADMIN)]


async def test_down_to_nothing_and_up_again(settings: Settings, database: Database) -> None:
    await asyncio.to_thread(migrate, settings)
    await asyncio.to_thread(command.downgrade, schema.alembic_config(settings.database), "base")
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert tables == ["alembic_version"]
    await asyncio.to_thread(migrate, settings)
    await schema.require_current(database)


@pytest.mark.parametrize("state", ["empty", "older"])
async def test_the_control_plane_does_not_start_on_an_older_schema(
    settings: Settings, database: Database, state: str
) -> None:
    if state == "older":
        await asyncio.to_thread(migrate, settings)
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SetupError, match="schema") as refused:
        await run_control_plane(settings)
    assert refused.value.todo == "gateway migrate"
    assert ("none" if state == "empty" else "0000") in refused.value.detail


async def test_the_first_start_makes_one_key_and_the_next_none(settings: Settings, database: Database) -> None:
    await asyncio.to_thread(migrate, settings)
    assert await first_key(database, SystemClock())
    assert await first_key(database, SystemClock()) is None
    first, second = await issue_local_key(settings), await issue_local_key(settings)
    async with database.engine.connect() as connection:
        good = (await connection.execute(text("SELECT id FROM api_keys WHERE revoked_at IS NULL"))).scalars().all()
    assert "key_" + second.split("_")[2] in good
    assert "key_" + first.split("_")[2] not in good
