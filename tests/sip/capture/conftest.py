"""A company that takes cards, and somebody who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.phone.phone import Phone
from gateway.stack.ports import PortAllocator
from tests.sip.capture.till import GREETING, Payer, Till, open_till
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
async def payer(till: Till) -> AsyncIterator[Payer]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38), phrases=(GREETING,)) as phone:
            yield Payer(till, phone)
    finally:
        ports.close()
