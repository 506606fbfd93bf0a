"""Where a trunk's host name is: A records, asked of the system's resolver off the loop, kept for a short while.

SRV and NAPTR (RFC 3263) are not asked: a trunk that needs them names its host and port.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from gateway.kernel.errors import Unavailable

KEPT_S = 30.0
MOST_KEPT = 256
ANSWER_WITHIN_S = 3.0


class HostAddresses:
    """`await of(host)`: an IP literal; one of several addresses is taken, and stays for as long as it is kept."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, float]] = {}

    async def of(self, host: str) -> str:
        """Raises Unavailable when the name has no address, or the resolver is silent."""
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        kept = self._known.get(host.lower())
        if kept and kept[1] > loop.time():
            return kept[0]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise Unavailable("the trunk's host name has no address", code="dial.dns", field="address") from error
        address = str(found[0][4][0])
        self._keep(host.lower(), address, loop.time())
        return address

    def _keep(self, host: str, address: str, now: float) -> None:
        if len(self._known) >= MOST_KEPT:
            self._known = {name: kept for name, kept in self._known.items() if kept[1] > now}
        if len(self._known) < MOST_KEPT:
            self._known[host] = address, now + KEPT_S
