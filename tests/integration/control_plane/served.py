"""The control plane on a port of its own, in a thread: for clients that are not asyncio's."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from gateway.auth.scopes import Role
from gateway.settings import CarrierSettings
from tests.carriers.market import Market
from tests.integration.control_plane.plane import Plane, make_plane
from tests.integration.databases import empty_database
from trunks.memory_switchboard import MemorySwitchboard

PATIENCE_S = 60
T = TypeVar("T")


@dataclass(frozen=True)
class Served:
    """Its `plane` lives in a thread of its own: reach it by `do`."""

    url: str
    key: str  # an admin's
    plane: Plane
    _loop: asyncio.AbstractEventLoop
    _end: asyncio.Event

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns, done in the thread of the plane."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)


def _carriers(market: Market) -> CarrierSettings:
    return CarrierSettings(elsewhere=market.elsewhere, sip_targets=["sip.example.com:5060;transport=tcp"])


@contextmanager
def serving(folder: Path, market: Market | None = None) -> Iterator[Served]:
    """With a market, plans can be carried out: durable work is begun."""
    started: Future[Served] = Future()

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(empty_database(folder))
            if market:
                await stack.enter_async_context(market.open())
            plane = make_plane(database, MemorySwitchboard(), folder, carriers=_carriers(market) if market else None)
            if market:
                await plane.container.durable.start()
                stack.push_async_callback(plane.container.durable.close)
                stack.push_async_callback(plane.container.accounts.close)
            key = await plane.new_key(Role.ADMIN)
            server = uvicorn.Server(uvicorn.Config(plane.app, port=0, log_level="error", lifespan="off"))
            listening = socket.create_server(("127.0.0.1", 0))  # a client that comes at once waits in the backlog
            running = asyncio.create_task(server.serve([listening]))
            host, port = listening.getsockname()
            started.set_result(Served(f"http://{host}:{port}", key, plane, loop, end))
            await end.wait()
            server.should_exit = True
            await running
            await plane.container.calls.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served-plane")
    thread.start()
    served = started.result(PATIENCE_S)
    try:
        yield served
    finally:
        served.end()
        thread.join(PATIENCE_S)


@contextmanager
def served_plane(folder: Path) -> Iterator[tuple[str, str]]:
    """Base URL and an admin key."""
    with serving(folder) as served:
        yield served.url, served.key
