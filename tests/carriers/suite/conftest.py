"""Every carrier with its double, one after the other."""

from __future__ import annotations

import pytest

from tests.carriers.bench import Bench, Make
from tests.carriers.benches import BENCHES


@pytest.fixture(params=sorted(BENCHES))
def make(request: pytest.FixtureRequest) -> Make:
    return BENCHES[request.param]


@pytest.fixture
def bench(make: Make) -> Bench:
    return make()
