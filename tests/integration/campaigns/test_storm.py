"""Processes that dial, killed while they do (`python -m bench.dialler_storm`, with a smaller seed)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from bench.dialler_storm.storm import Figures, Storm
from gateway.kernel.ids import new_id

CONTACTS = 80


@pytest.fixture
def fresh_url(tmp_path: Path) -> Iterator[str]:
    """Of a database without a table: processes of their own bring it to the newest schema."""
    given = os.environ.get("GATEWAY_TEST_DATABASE_URL")
    if not given:
        yield f"sqlite+aiosqlite:///{tmp_path / 'gateway.db'}"
        return
    name, server = new_id("storm").lower(), make_url(given)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(plain, autocommit=True)) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def test_nobody_is_dialled_twice_left_out_or_dialled_against_the_gate(fresh_url: str, tmp_path: Path) -> None:
    """SQLite: one process, killed again and again. PostgreSQL: one of two killed for good, and the other finishes."""
    several = fresh_url.startswith("postgresql")
    storm = Storm(CONTACTS, 4, 7, tmp_path, fresh_url, 2 if several else 1, lambda text: None)
    found: Figures = await storm.run()
    assert (found.twice, found.lost, found.against_the_gate, found.attempts_twice) == (0, 0, 0, 0)
    assert found.kills == (1 if several else 4)
    refused = CONTACTS // 20
    assert found.outcomes["refused"] == refused
    assert found.outcomes.total() == CONTACTS and found.outcomes["answered"] > 20
