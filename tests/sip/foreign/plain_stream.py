"""A SIP peer on a TCP connection that decides byte by byte when what is sent. It shares no code with the product."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HOST = "127.0.0.1"
PATIENCE_S = 30.0
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)


class PlainStream:
    """One connection. Requests of one call share its Call-ID."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: str) -> None:
        self._reader, self._writer = reader, writer
        self._host, self._port = writer.get_extra_info("sockname")
        target = writer.get_extra_info("peername")
        self._uri = f"sip:{number}@{target[0]}:{target[1]}"
        self._tag = secrets.token_hex(4)

    def request(self, method: str, call_id: str, *, cseq: int = 1, to_tag: str = "", body: str = "") -> bytes:
        lines = [
            f"{method} {self._uri} SIP/2.0",
            f"Via: SIP/2.0/TCP {self._host}:{self._port};branch=z9hG4bK{secrets.token_hex(6)}",
            "Max-Forwards: 70",
            f"From: <sip:+15105550166@{self._host}>;tag={self._tag}",
            f"To: <{self._uri}>{f';tag={to_tag}' if to_tag else ''}",
            f"Call-ID: {call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:plain@{self._host}:{self._port};transport=tcp>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    async def send(self, *messages: bytes) -> None:
        """In one piece."""
        self._writer.write(b"".join(messages))
        await self._writer.drain()

    async def dribble(self, message: bytes) -> None:
        """Each byte in a segment of its own."""
        for at in range(len(message)):
            self._writer.write(message[at : at + 1])
            await self._writer.drain()
            await asyncio.sleep(0)  # the other side has its turn

    async def pong(self) -> bytes:
        """The two bytes that come next."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readexactly(2)

    async def response(self) -> str:
        """The message that comes next, whole."""
        async with asyncio.timeout(PATIENCE_S):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"^Content-Length: *(\d+)", head, re.M | re.I)
            assert length, f"a message on a stream without its length:\n{head}"
            return head + (await self._reader.readexactly(int(length[1]))).decode()

    async def final(self) -> str:
        """The next response that is no provisional one."""
        while (answer := await self.response()).startswith("SIP/2.0 1"):
            pass
        return answer

    async def closed(self) -> bool:
        """The other side has ended the connection, and said nothing more."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read() == b""


@asynccontextmanager
async def plain_stream(port: int, number: str) -> AsyncIterator[PlainStream]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        yield PlainStream(reader, writer, number)
    finally:
        writer.close()
