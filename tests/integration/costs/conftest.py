"""An office with no account yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.carriers.hurry import in_a_hurry
from tests.integration.costs.office import Office, open_office

__all__ = ["in_a_hurry"]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office
