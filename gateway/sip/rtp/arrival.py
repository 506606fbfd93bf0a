"""Datagrams with the moment they arrived at this machine, by the kernel's clock.

A packet that waited in the socket because this process was busy was not late: taken for jitter it would make the
buffer longer, and all that follows later. Linux only; elsewhere, and for a socket that cannot, it is the moment of
reading.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

DATAGRAM = 2048
_SO_TIMESTAMPNS = 35  # Linux, the same number in the control message; the socket module has no name for it
_STAMP = struct.Struct("@ll")
_CONTROL = socket.CMSG_SPACE(_STAMP.size)
_LONGEST_WAIT_S = 5.0  # a clock that was set in between is not believed

Received = tuple[bytes, tuple[str, int], float]


def stamp(sock: socket.socket) -> None:
    """Asks the kernel for the moments."""
    if sys.platform == "linux":
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError:
            return


def receive(sock: socket.socket, now: float) -> Received:
    """Datagram, source, and arrival on the monotonic clock that says `now`. Raises OSError like `recvfrom`."""
    datagram, control, _, source = sock.recvmsg(DATAGRAM, _CONTROL)
    for level, kind, value in control:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(value)
            waited = time.time() - seconds - nanoseconds / 1e9
            if 0 < waited < _LONGEST_WAIT_S:
                return datagram, (source[0], source[1]), now - waited
    return datagram, (source[0], source[1]), now
