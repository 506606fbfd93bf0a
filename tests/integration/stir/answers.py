"""How certificate servers answer, well and badly."""

from __future__ import annotations

import asyncio

from tests.integration.receiver import Answering, Received, Writer, status
from tests.stir import maker


def pem(content: bytes | None = None, headers: str = "") -> Answering:
    return status(200, headers, maker.bundle() if content is None else content)


async def dripping(_: Received, writer: Writer) -> None:
    """A byte in a second, of a whole that is good."""
    body = maker.bundle()
    writer.write(f"HTTP/1.1 200 X\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    for byte in body:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(1)


async def dripping_head(_: Received, writer: Writer) -> None:
    for byte in b"HTTP/1.1 200 X\r\n" + b"X-Slow: y\r\n" * 1000:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless(_: Received, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        await writer.drain()


async def endless_head(_: Received, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 X\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: " + b"y" * 4000 + b"\r\n")
        await writer.drain()


async def huge(_: Received, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000000000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(maker.bundle())
        await writer.drain()


async def bomb(_: Received, writer: Writer) -> None:
    """What it says of its compression is not believed."""
    writer.write(b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + b"\x1f\x8b" + b"\0" * 18)


async def garbage(_: Received, writer: Writer) -> None:
    writer.write(b"\x00\xff220 mail.example ESMTP\r\n\r\n")


async def short(_: Received, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 5000\r\n\r\n" + maker.bundle()[:100])


async def reset(_: Received, writer: Writer) -> None:
    writer.transport.abort()
