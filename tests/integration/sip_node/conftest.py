"""One bare switchboard per test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.switchboard import Switchboard, running_switchboard


@pytest.fixture
async def switchboard(tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path) as running:
        yield running
