"""SIP over TCP (RFC 3261 §18.3): framing by Content-Length, keep-alives (RFC 5626 §4.4.1), bounds everywhere."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Callable

from gateway.kernel.tasks import TaskSet
from gateway.sip.wire.udp import Address

MAX_CONNECTIONS, PER_SOURCE = 500, 100
IDLE_S = 120.0  # between messages, unless a call needs the connection
MESSAGE_S = 30.0  # from the first byte of a message to its last
MAX_HEAD, MAX_BODY = 64 * 1024, 64 * 1024
MAX_UNSENT = 256 * 1024
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r?$", re.I | re.M)

OnMessage = Callable[[bytes, "Connection"], None]


class Connection:
    """One stream, in or out; replies and in-dialog requests go back on it while it lives."""

    reliable = True
    name = "tcp"

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        peer = writer.get_extra_info("peername") or ("", 0)  # gone before it was accepted
        self.source: Address = (peer[0], peer[1])
        self.calls = 0  # that need it to stay open

    @property
    def is_open(self) -> bool:
        return not self._writer.is_closing()

    def send(self, raw: bytes, address: Address | None = None) -> None:
        """Queues; a peer that does not read is cut off rather than waited for."""
        if self.is_open:
            self._writer.write(raw)
            if self._writer.transport.get_write_buffer_size() > MAX_UNSENT:
                self.close()

    def close(self) -> None:
        self._writer.close()

    async def messages(self, on_message: OnMessage) -> None:
        """Reads until the peer closes, is silent for too long, or sends what is no SIP."""
        try:
            while True:
                first = await self._first_byte()
                on_message(await asyncio.wait_for(self._rest(first), MESSAGE_S), self)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            pass
        finally:
            self.close()

    async def _first_byte(self) -> bytes:
        """Skips the empty lines between messages; two of them are a ping and get one back."""
        empty_lines = 0
        while True:
            try:
                byte = await asyncio.wait_for(self._reader.readexactly(1), IDLE_S)
            except TimeoutError:
                if not self.calls:
                    raise
                continue
            if byte not in (b"\r", b"\n"):
                return byte
            empty_lines += byte == b"\n"
            if byte == b"\n" and empty_lines % 2 == 0:
                self.send(b"\r\n")

    async def _rest(self, first: bytes) -> bytes:
        head = first + await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or int(length.group(1)) > MAX_BODY:
            raise ValueError("no Content-Length, or too large a one")
        return head + await self._reader.readexactly(int(length.group(1)))


class TcpTransport:
    """Listens, and connects out; `on_message(raw, connection)`."""

    def __init__(self, bound: socket.socket, on_message: OnMessage) -> None:
        self._bound, self._on_message = bound, on_message
        self._tasks = TaskSet()
        self._per_source: Counter[str] = Counter()
        self._out: dict[Address, Connection] = {}
        self._server: asyncio.Server | None = None
        self.refused = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, sock=self._bound, limit=MAX_HEAD)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self._bound.close()
        await self._tasks.close()

    async def connect(self, address: Address) -> Connection:
        """The open connection to `address`, or a new one. Raises OSError or TimeoutError."""
        known = self._out.get(address)
        if known and known.is_open:
            return known
        opening = asyncio.open_connection(*address, limit=MAX_HEAD)
        connection = Connection(*await asyncio.wait_for(opening, 5.0))
        self._out[address] = connection
        task = self._tasks.start(connection.messages(self._on_message), name="sip:tcp-out")
        task.add_done_callback(lambda _: self._closed(address, connection))
        return connection

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        host = connection.source[0]
        if len(self._tasks) >= MAX_CONNECTIONS or self._per_source[host] >= PER_SOURCE:
            self.refused += 1
            connection.close()
            return
        self._per_source[host] += 1
        task = self._tasks.start(connection.messages(self._on_message), name="sip:tcp-in")
        task.add_done_callback(lambda _: self._left(host))

    def _closed(self, address: Address, connection: Connection) -> None:
        if self._out.get(address) is connection:
            del self._out[address]

    def _left(self, host: str) -> None:
        self._per_source[host] -= 1
        if not self._per_source[host]:
            del self._per_source[host]
