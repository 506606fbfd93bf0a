"""A desk with nothing on it but three accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.carriers.hurry import in_a_hurry
from tests.integration.apply.desk import Desk, open_desk
from tests.integration.databases import empty_database

__all__ = ["in_a_hurry"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with empty_database(tmp_path) as database, open_desk(database, tmp_path) as desk:
        yield desk
