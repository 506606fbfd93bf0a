"""An empty database, without any work of tests before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.db.session import Database
from tests.integration.databases import empty_database
from tests.integration.durable.conftest import url
from tests.integration.webhooks.post import Post, post_office

__all__ = ["url"]


@pytest.fixture
async def database(tmp_path: Path, url: str) -> AsyncIterator[Database]:
    async with empty_database(tmp_path) as database:
        yield database


@pytest.fixture
async def post(database: Database, tmp_path: Path) -> AsyncIterator[Post]:
    async with post_office(database, tmp_path) as post:
        yield post
