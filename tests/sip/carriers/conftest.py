"""A stack of its own whose carriers are doubles on this machine."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest

from tests.carriers.market import Market
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack
from tests.sip.transfers.conftest import human, kept, microphone, wish

__all__ = ["human", "kept", "microphone", "wish"]
PATIENCE_S = 60


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    """Open in a thread of its own: commands and calls go on beside it."""
    market, started = Market(), threading.Event()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def opened() -> None:
        async with market.open():
            started.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(opened()), name="market")
    thread.start()
    assert started.wait(PATIENCE_S)
    yield market
    loop.call_soon_threadsafe(over.set)
    thread.join(PATIENCE_S)


@pytest.fixture(scope="module")
def stack(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    env = {
        "GATEWAY_CARRIERS__ELSEWHERE": json.dumps(market.elsewhere),
        "GATEWAY_CARRIERS__SIP_TARGETS": '["sip.example.com:5060;transport=tcp"]',
    }
    running = start_stack(tmp_path_factory.mktemp("carriers"), env=env)
    yield running
    running.stop()
