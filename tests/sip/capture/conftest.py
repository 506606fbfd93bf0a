"""A company that takes cards, and somebody who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.sip.capture.till import Payer, Till, calling, open_till
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import spoken


@pytest.fixture(scope="session")
def wish_to_pay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken("I want to pay by card", tmp_path_factory.mktemp("pay") / "pay.wav")


@pytest.fixture
def till(stack: RunningStack) -> Iterator[Till]:
    with open_till(stack, "+15105550141") as one:
        yield one


@pytest.fixture
def till_first(stack: RunningStack) -> Iterator[Till]:
    """Whose callers key in a card before anything else."""
    with open_till(stack, "+15105550143", capture="card") as one:
        yield one


@pytest.fixture
async def payer(till: Till) -> AsyncIterator[Payer]:
    async with calling(till) as one:
        yield one
