"""An ASGI application of ours on this machine, for as long as it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

HOST = "127.0.0.1"


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Its address on a free port, as `http://127.0.0.1:40123`; it answers from here on."""
    config = uvicorn.Config(app, host=HOST, port=0, log_level="error", access_log=False, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    looping = asyncio.ensure_future(server.main_loop())
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        await looping
        await server.shutdown()
