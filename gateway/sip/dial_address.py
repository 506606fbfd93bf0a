"""Where a trunk's host is (RFC 3263): an address as it stands, SRV records of its transport, else its A records.

NAPTR is not asked: the transport is the trunk's own choice. Answers are kept for a short while.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdtypes.IN.SRV import SRV
from dns.resolver import NoResolverConfiguration

from gateway.kernel.errors import Unavailable
from gateway.sip.wire.udp import Address

SIP_PORT, SIPS_PORT = 5060, 5061
KEPT_S = 30.0
MOST_KEPT = 256
MOST_ADDRESSES = 8  # of one host that are tried
ANSWER_WITHIN_S = 3.0
SRV_WITHIN_S = 1.0  # most hosts have no such record, and a resolver may be silent about that
ARecords = Callable[[str], Awaitable[list[str]]]
_SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}


class HostAddresses:
    """`await of(host, port, transport)`: IPv4 addresses with ports, in the order in which they are to be tried."""

    def __init__(self, resolver: Resolver | None = None, a_records: ARecords | None = None) -> None:
        self._resolver = resolver or _system_resolver()
        self._a_records = a_records or _a_records
        self._known: dict[tuple[str, int, str], tuple[list[Address], float]] = {}

    async def of(self, host: str, port: int, transport: str) -> list[Address]:
        """`port` 0: what SRV says, or the transport's own. Raises Unavailable when the name has no address."""
        usual = port or (SIPS_PORT if transport == "tls" else SIP_PORT)
        try:
            return [(str(ipaddress.ip_address(host)), usual)]
        except ValueError:
            pass
        now = asyncio.get_running_loop().time()
        key = host.lower(), port, transport
        kept = self._known.get(key)
        if kept and kept[1] > now:
            return kept[0]
        servers = await self._servers(host, transport) if not port else []
        found = await self._addresses(servers or [(host, usual)])
        self._keep(key, found, now)
        return found

    async def _servers(self, host: str, transport: str) -> list[Address]:
        """Names and ports by priority, chance deciding by weight; none when there are no such records."""
        if self._resolver is None or "." not in host:
            return []
        try:
            answer = await self._resolver.resolve(
                f"{_SERVICES[transport]}.{host.rstrip('.')}.", "SRV", lifetime=SRV_WITHIN_S, search=False
            )
        except (DNSException, OSError):
            return []
        if answer.rrset is None:
            return []
        records = [one for one in answer.rrset.processing_order() if isinstance(one, SRV)]
        servers = [(str(one.target).rstrip("."), one.port) for one in records]
        if not any(name for name, _ in servers):  # a lone dot (RFC 2782): decidedly not offered
            raise _no_address()
        return [(name, port) for name, port in servers if name][:MOST_ADDRESSES]

    async def _addresses(self, servers: list[Address]) -> list[Address]:
        found: list[Address] = []
        for name, port in servers:
            found += [(address, port) for address in await self._a_records(name)]
        if not found:
            raise _no_address()
        return found[:MOST_ADDRESSES]

    def _keep(self, key: tuple[str, int, str], found: list[Address], now: float) -> None:
        if len(self._known) >= MOST_KEPT:
            self._known = {name: kept for name, kept in self._known.items() if kept[1] > now}
        if len(self._known) < MOST_KEPT:
            self._known[key] = found, now + KEPT_S


async def _a_records(name: str) -> list[str]:
    """By the system's own resolver, so that its hosts file counts."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            found = await loop.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, TimeoutError):
        return []
    return [str(one[4][0]) for one in found]


def _system_resolver() -> Resolver | None:
    try:
        return Resolver()
    except (NoResolverConfiguration, OSError):
        return None


def _no_address() -> Unavailable:
    return Unavailable("the trunk's host name has no address", code="dial.dns", field="address")
