"""Every carrier with its double, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.carriers.bench import Bench, Make
from tests.carriers.benches import BENCHES
from tests.carriers.suite.acts import account
from trunks.carriers.port import Carrier


@pytest.fixture(params=sorted(BENCHES))
def make(request: pytest.FixtureRequest) -> Make:
    return BENCHES[request.param]


@pytest.fixture
def bench(make: Make) -> Bench:
    return make()


@pytest_asyncio.fixture
async def carrier(bench: Bench) -> AsyncIterator[Carrier]:
    async with account(bench) as carrier:
        yield carrier
