"""RTP ports: random even ones of a range, each with the odd one above it for RTCP, bound while held."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from gateway.kernel.errors import Overloaded
from gateway.sip.rtp import arrival

EXPEDITED_FORWARDING = 46 << 2  # DSCP EF (RFC 3246) in the upper six bits of the TOS byte
RECEIVE_BUFFER = 256 * 1024


@dataclass(frozen=True)
class PortPair:
    port: int
    rtp: socket.socket
    rtcp: socket.socket


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        arrival.stamp(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED_FORWARDING)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED_FORWARDING)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


class PortPool:
    """Even ports `low`..`high` inclusive on `host`, an IP literal."""

    def __init__(self, host: str, low: int, high: int) -> None:
        self.host = host
        self._free = list(range(low + low % 2, high + 1, 2))
        self._size = len(self._free)

    @property
    def in_use(self) -> int:
        return self._size - len(self._free)

    def take(self) -> PortPair:
        """A bound pair of sockets; raises Overloaded when every port is taken."""
        elsewhere: list[int] = []  # ports that some other program has
        try:
            while self._free:
                place = random.randrange(len(self._free))
                self._free[place], self._free[-1] = self._free[-1], self._free[place]
                port = self._free.pop()
                if pair := self._pair(port):
                    return pair
                elsewhere.append(port)
        finally:
            self._free += elsewhere
        raise Overloaded("every RTP port is in use", code="rtp.no_port", todo="widen GATEWAY_SIP__RTP_PORT_MIN/MAX")

    def _pair(self, port: int) -> PortPair | None:
        try:
            rtp = _bound(self.host, port)
        except OSError:
            return None
        try:
            return PortPair(port, rtp, _bound(self.host, port + 1))
        except OSError:
            rtp.close()
            return None

    def give_back(self, pair: PortPair) -> None:
        """Closes the sockets; the port is free for the next call at once."""
        pair.rtp.close()
        pair.rtcp.close()
        self._free.append(pair.port)
