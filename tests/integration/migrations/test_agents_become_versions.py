"""Agents from before there were versions: each is version 1 of itself afterwards, and goes on from there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import JSON, column, insert, table

from agents.models import AgentRow, AgentVersionRow
from gateway.db import schema
from gateway.db.base import UtcDateTime
from gateway.db.session import Database
from tests.integration.databases import database_url
from tests.integration.migrations.test_migrations import emptied

MADE, CHANGED = datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)
BEFORE = table(
    "agents", column("id"), column("name"), column("content", JSON()), column("created_at", UtcDateTime()),
    column("updated_at", UtcDateTime()),
)  # fmt: skip


async def test_an_agent_that_was_there_is_version_1(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    await emptied(url)
    config, database = schema.alembic_config(url), Database(url)
    await asyncio.to_thread(command.upgrade, config, "0022")
    content = {"name": "a", "greeting": "Hello"}
    async with database.engine.begin() as connection:
        there = insert(BEFORE).values(id="agt_1", name="a", content=content, created_at=MADE, updated_at=CHANGED)
        await connection.execute(there)
    await asyncio.to_thread(command.upgrade, config, "head")
    async with database.begin() as session:
        row = await session.get_one(AgentRow, "agt_1")
        first = await session.get_one(AgentVersionRow, ("agt_1", 1))
        assert (row.version, first.content, first.note, first.by) == (1, row.content, "", "")
        assert first.published_at == CHANGED
        row.content = row.content | {"greeting": "Good day"}
    async with database.begin() as session:
        second = await session.get_one(AgentVersionRow, ("agt_1", 2))
        assert second.content == {"name": "a", "greeting": "Good day"}
    await database.close()
    await emptied(url)
