"""A name server of a few records on loopback, and a resolver that asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.asyncresolver import Resolver

HOST = "127.0.0.1"


class NameServer(asyncio.DatagramProtocol):
    """`records`: (name, type) to the texts of its data. What is not there does not exist."""

    def __init__(self, records: dict[tuple[str, str], list[str]], *, silent: bool = False) -> None:
        self.records, self.silent = records, silent
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = str(question.name).rstrip("."), question.rdtype.name
        self.asked.append((name, kind))
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if texts := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server(
    records: dict[tuple[str, str], list[str]], *, silent: bool = False
) -> AsyncIterator[tuple[NameServer, Resolver]]:
    server = NameServer(records, silent=silent)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=(HOST, 0))
    resolver = Resolver(configure=False)
    resolver.nameservers = [HOST]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield server, resolver
    finally:
        transport.close()
