"""SIP over UDP: one non-blocking socket, read by the event loop, that no datagram can close."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from gateway.sip.wire.uri import sendable

BATCH = 64  # datagrams read in one turn of the loop
Address = tuple[str, int]


class UdpTransport:
    reliable = False
    name = "udp"

    def __init__(self, bound: socket.socket, on_datagram: Callable[[bytes, Address], None]) -> None:
        self._on_datagram = on_datagram
        self.unsent = 0
        self._socket = bound
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)

    def close(self) -> None:
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()

    def send(self, raw: bytes, address: Address) -> None:
        """Sends if the address is one; what cannot be sent is counted, and sent again by the transaction."""
        if not sendable(*address):
            self.unsent += 1
            return
        try:
            self._socket.sendto(raw, address)
        except OSError:  # too long, no route, buffer full, ICMP error of an earlier datagram
            self.unsent += 1

    def _read(self) -> None:
        for _ in range(BATCH):
            try:
                raw, source = self._socket.recvfrom(65536)
            except BlockingIOError:
                return
            except OSError:
                continue
            self._on_datagram(raw, (source[0], source[1]))
