"""An account at the double of whichever `bench` a test stands at."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.carriers.bench import Bench
from tests.carriers.suite.acts import account
from trunks.carriers.port import Carrier


@pytest_asyncio.fixture
async def carrier(bench: Bench) -> AsyncIterator[Carrier]:
    async with account(bench) as carrier:
        yield carrier
