"""What reaches the other side, taken off the wire before it gets there. It shares no code with the product.

A packet socket (packet(7)) on the loopback interface, which only root may open.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
from types import TracebackType
from typing import Self

import numpy as np

from tests.sip.foreign.sound import Recording

RATE = 8000
PCMU = 0
ETH_P_IP, PACKET_OUTGOING, SO_ATTACH_FILTER = 0x0800, 4, 26
BUFFER = 1 << 20


def _filter_for(low: int, high: int) -> list[tuple[int, int, int, int]]:
    """Classic BPF: UDP over IPv4 to a port from `low` to `high`."""
    return [
        (0x30, 0, 0, 9),  # A = protocol
        (0x15, 0, 5, 17),  # UDP, else drop
        (0xB1, 0, 0, 0),  # X = length of the IP header
        (0x48, 0, 0, 2),  # A = destination port
        (0x35, 0, 2, low),
        (0x25, 1, 0, high),
        (0x06, 0, 0, 65535),
        (0x06, 0, 0, 0),
    ]


def _expanded() -> np.ndarray:
    """The 256 values of G.711 µ-law as 16-bit samples."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


MU_LAW = _expanded()


class Tap:
    """Keeps the PCMU that comes to any of `ports` ports from `low` on, until the `with` block ends."""

    def __init__(self, low: int, ports: int = 1) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._socket.bind(("lo", ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        steps = _filter_for(low, low + ports - 1)
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
        self._socket.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(steps), ctypes.addressof(program))
        )
        self._socket.setblocking(False)
        self._payloads: list[bytes] = []

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        while True:
            try:
                packet, (_, _, direction, *_) = self._socket.recvfrom(4096)
            except BlockingIOError:
                return
            rtp = packet[(packet[0] & 0x0F) * 4 + 8 :]
            if direction != PACKET_OUTGOING and len(rtp) > 12 and rtp[1] & 0x7F == PCMU:
                self._payloads.append(rtp[12:])

    def forget(self) -> None:
        self._payloads.clear()

    @property
    def samples(self) -> np.ndarray:
        """Since it began, or was told to forget; pauses in which nothing is sent take no time in it."""
        return MU_LAW[np.frombuffer(b"".join(self._payloads), np.uint8)]

    @property
    def recording(self) -> Recording:
        return Recording(self.samples, RATE)
