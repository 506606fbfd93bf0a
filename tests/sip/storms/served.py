"""A fake control plane on the port where a node in a process of its own looks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn

Event = dict[str, Any]


@asynccontextmanager
async def served(transport: httpx.MockTransport, host: str, port: int) -> AsyncIterator[None]:
    """Every request of the node goes through `transport`; what LiveKit tells is not listened to."""

    async def app(
        scope: Event, receive: Callable[[], Awaitable[Event]], send: Callable[[Event], Awaitable[None]]
    ) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":  # the node waits no longer
                return
            body, more = body + event.get("body", b""), event.get("more_body", False)
        if scope["path"].endswith("/livekit-webhooks"):
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        request = httpx.Request(scope["method"], f"http://{host}{scope['path']}", content=body)
        answer = await transport.handle_async_request(request)
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kind})
        await send({"type": "http.response.body", "body": await answer.aread()})

    config = uvicorn.Config(app, host=host, port=port, log_level="error", access_log=False, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    looping = asyncio.ensure_future(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        await looping
        await server.shutdown()
