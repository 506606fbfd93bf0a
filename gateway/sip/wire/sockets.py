"""The sockets a SIP address needs: UDP and TCP on one port number."""

from __future__ import annotations

import errno
import socket

TRIES = 50  # for a port number that is free for both, when any will do


def bind(host: str, port: int, *, tcp: bool) -> tuple[socket.socket, socket.socket | None]:
    """A UDP socket and, when wanted, a TCP one on the same number; port 0 takes a number that both can have.

    Raises OSError when the address is taken.
    """
    for _ in range(1 if port else TRIES):
        udp = _bound(host, port, socket.SOCK_DGRAM)
        if not tcp:
            return udp, None
        try:
            return udp, _bound(host, udp.getsockname()[1], socket.SOCK_STREAM)
        except OSError as error:  # the kernel finds a number that is free for UDP; a TCP connection may have it
            udp.close()
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(
        errno.EADDRINUSE,
        f"{host}: no port is free for both UDP and TCP" if not port else f"{host}:{port}: taken for TCP",
    )


def bind_stream(host: str, port: int) -> socket.socket:
    """A TCP socket alone, for TLS. Raises OSError."""
    return _bound(host, port, socket.SOCK_STREAM)


def _bound(host: str, port: int, kind: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    sock.setblocking(False)
    try:
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
