"""Where durable work is kept: a SQLite file, or PostgreSQL by GATEWAY_TEST_DATABASE_URL."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy

from gateway.settings import Settings
from tests.integration.databases import database_url


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Empty."""
    settings = Settings(state_dir=tmp_path, database_url=database_url(tmp_path))
    if settings.workflows.startswith("postgresql"):
        engine = sqlalchemy.create_engine(settings.workflows)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("DROP SCHEMA IF EXISTS dbos CASCADE"))
        engine.dispose()
    return settings.workflows
