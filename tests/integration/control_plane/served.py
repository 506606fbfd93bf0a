"""The control plane on a port of its own, in a thread: for clients that are not asyncio's."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import make_plane
from tests.integration.databases import empty_database
from trunks.memory_switchboard import MemorySwitchboard


@contextmanager
def served_plane(folder: Path) -> Iterator[tuple[str, str]]:
    """Base URL and an admin key."""
    started: Future[tuple[str, str]] = Future()
    ended: Future[asyncio.Event] = Future()

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        async with empty_database(folder) as database:
            plane = make_plane(database, MemorySwitchboard(), folder)
            key = await plane.new_key(Role.ADMIN)
            server = uvicorn.Server(uvicorn.Config(plane.app, port=0, log_level="error", lifespan="off"))
            listening = socket.create_server(("127.0.0.1", 0))  # a client that comes at once waits in the backlog
            running = asyncio.create_task(server.serve([listening]))
            host, port = listening.getsockname()
            started.set_result((f"http://{host}:{port}", key))
            ended.set_result(end)
            loop_of.set_result(loop)
            await end.wait()
            server.should_exit = True
            await running
            await plane.container.calls.close()

    loop_of: Future[asyncio.AbstractEventLoop] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served-plane")
    thread.start()
    try:
        yield started.result(30)
    finally:
        loop_of.result(30).call_soon_threadsafe(ended.result(30).set)
        thread.join(30)
