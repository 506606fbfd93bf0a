"""SIP over TCP and TLS (RFC 3261 §18.3): frames by Content-Length, keep-alives (RFC 5626 §4.4.1), bounds."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import Counter
from collections.abc import Callable

from gateway.kernel.tasks import TaskSet
from gateway.sip.wire.tls import TlsContexts
from gateway.sip.wire.udp import Address

MAX_CONNECTIONS, PER_SOURCE = 500, 100
IDLE_S = 120.0  # between messages, unless a call needs the connection
MESSAGE_S = 30.0  # from the first byte of a message to its last
MAX_HEAD, MAX_BODY = 64 * 1024, 64 * 1024
MAX_UNSENT = 256 * 1024
CONNECT_S = 5.0  # TCP and the TLS handshake together
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r?$", re.I | re.M)

OnMessage = Callable[[bytes, "Connection"], None]


class Connection:
    """One stream, in or out; replies and in-dialog requests go back on it while it lives."""

    reliable = True

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, server_name: str = ""
    ) -> None:
        self._reader, self._writer = reader, writer
        self.name = name  # tcp or tls
        self.server_name = server_name  # that the other side's certificate was checked for
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
                async with asyncio.timeout(MESSAGE_S):  # wait_for would lose a cancellation that meets a byte
                    message = await self._rest(first)
                on_message(message, self)
        except (
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ValueError,
        ):  # timeouts, TLS alerts too
            pass
        finally:
            self.close()

    async def _first_byte(self) -> bytes:
        """Skips the empty lines between messages; two of them are a ping and get one back."""
        empty_lines = 0
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    byte = await self._reader.readexactly(1)
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
        lengths = _LENGTH.findall(head)
        if len(lengths) != 1 or int(lengths[0]) > MAX_BODY:  # where the next message begins cannot be known
            raise ValueError("no Content-Length, two of them, or too large a one")
        return head + await self._reader.readexactly(int(lengths[0]))


class StreamTransport:
    """Listens, and connects out, by TCP or, with `tls`, by TLS; `on_message(raw, connection)`."""

    def __init__(self, bound: socket.socket, on_message: OnMessage, tls: TlsContexts | None = None) -> None:
        self._bound, self._on_message, self._tls = bound, on_message, tls
        self.name = "tls" if tls else "tcp"
        self.port: int = bound.getsockname()[1]
        self._tasks = TaskSet()
        self._per_source: Counter[str] = Counter()
        self._out: dict[tuple[Address, str], Connection] = {}
        self._server: asyncio.Server | None = None
        self.refused = 0

    async def start(self) -> None:
        listening = self._tls.listening if self._tls else None
        handshake_s = CONNECT_S if self._tls else None
        self._server = await asyncio.start_server(
            self._accepted, sock=self._bound, limit=MAX_HEAD, ssl=listening, ssl_handshake_timeout=handshake_s
        )

    async def close(self) -> None:
        if self._server:
            self._server.close()
        self._bound.close()
        await self._tasks.close()

    async def connect(self, address: Address, server_name: str = "") -> Connection:
        """The open connection to `address`, or a new one. With TLS its certificate must name `server_name`, by default
        the address. Raises OSError (ssl.SSLError is one) or TimeoutError.
        """
        server_name = (server_name or address[0]) if self._tls else ""
        known = self._out.get((address, server_name))
        if known and known.is_open:
            return known
        dialling: ssl.SSLContext | None = self._tls.dialling if self._tls else None
        opening = asyncio.open_connection(
            *address, limit=MAX_HEAD, ssl=dialling, server_hostname=server_name if dialling else None
        )
        async with asyncio.timeout(CONNECT_S):
            connection = Connection(*await opening, self.name, server_name)
        self._out[address, server_name] = connection
        task = self._tasks.start(connection.messages(self._on_message), name=f"sip:{self.name}-out")
        task.add_done_callback(lambda _: self._closed(connection))
        return connection

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self.name)
        host = connection.source[0]
        if len(self._tasks) >= MAX_CONNECTIONS or self._per_source[host] >= PER_SOURCE:
            self.refused += 1
            connection.close()
            return
        self._per_source[host] += 1
        task = self._tasks.start(connection.messages(self._on_message), name=f"sip:{self.name}-in")
        task.add_done_callback(lambda _: self._left(host))

    def _closed(self, connection: Connection) -> None:
        for key in [key for key, known in self._out.items() if known is connection]:
            del self._out[key]

    def _left(self, host: str) -> None:
        self._per_source[host] -= 1
        if not self._per_source[host]:
            del self._per_source[host]
