"""An HTTP(S) server on loopback that notes what comes and answers as the test says, well or badly."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Writer = asyncio.StreamWriter


@dataclass(frozen=True)
class Received:
    """One request; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    sni: str | None

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


Answering = Callable[[Received, Writer], Awaitable[None]]


def status(code: int, headers: str = "", body: bytes = b"") -> Answering:
    """An ordinary answer; `headers` are whole lines with their ends."""

    async def answer(_: Received, writer: Writer) -> None:
        writer.write(f"HTTP/1.1 {code} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    return answer


async def silence(_: Received, writer: Writer) -> None:
    """Until the other side gives up."""
    await writer.wait_closed()


@dataclass
class Receiver:
    """`answers`: one for each request in turn, the last for all that follow."""

    port: int = 0
    answers: list[Answering] = field(default_factory=lambda: [status(204)])
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    host: str = "127.0.0.1"
    scheme: str = "http"
    sni: str | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/hook"

    async def got(self, number: int) -> list[Received]:
        """When so many requests have come."""
        async with asyncio.timeout(90), self.changed:
            await self.changed.wait_for(lambda: len(self.requests) >= number)
        return self.requests

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Received(head[0], headers, body, self.sni)
                answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
                self.requests.append(request)
                async with self.changed:
                    self.changed.notify_all()
                await answer(request, writer)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiver(
    *answers: Answering, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    one = Receiver(answers=list(answers) or [status(204)], host=host, scheme="https" if tls else "http")
    if tls is not None:
        tls.sni_callback = lambda _, name, __: setattr(one, "sni", name)  # type: ignore[method-assign]
    listening = socket.create_server((host, 0))
    one.port = listening.getsockname()[1]
    server = await asyncio.start_server(one.serve, sock=listening, ssl=tls)
    try:
        yield one
    finally:
        server.close()
