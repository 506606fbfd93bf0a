"""Where a trunk's host name leads: SRV records in their order, else its address, kept for a while; or nowhere."""

from __future__ import annotations

from collections import Counter

import pytest
from dns.asyncresolver import Resolver

from gateway.kernel.errors import Unavailable
from gateway.sip.dial_address import HostAddresses
from tests.unit.sip_node.name_server import name_server

ADDRESSES = {"sip.example": "192.0.2.9", "a.example": "192.0.2.1", "b.example": "192.0.2.2", "c.example": "192.0.2.3"}
RECORDS = {
    ("_sip._udp.carrier.example", "SRV"): ["20 0 5080 c.example.", "10 90 5060 a.example.", "10 10 5070 b.example."],
    ("_sips._tcp.carrier.example", "SRV"): ["10 0 5065 a.example."],
    ("_sip._tcp.carrier.example", "SRV"): ["0 0 0 ."],
    ("_sip._udp.half.example", "SRV"): ["10 0 5060 gone.example.", "20 0 5060 b.example."],
}


class Addresses:
    """The system's resolver, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def of(self, name: str) -> list[str]:
        self.asked.append(name)
        return [ADDRESSES[name.lower()]] if name.lower() in ADDRESSES else []


def hosts_by(resolver: Resolver, addresses: Addresses | None = None) -> HostAddresses:
    return HostAddresses(resolver, (addresses or Addresses()).of)


async def test_an_address_is_itself_with_the_port_of_its_transport() -> None:
    hosts = HostAddresses()
    assert await hosts.of("192.0.2.7", 0, "udp") == [("192.0.2.7", 5060)]
    assert await hosts.of("192.0.2.7", 0, "tls") == [("192.0.2.7", 5061)]
    assert await hosts.of("192.0.2.7", 5090, "tcp") == [("192.0.2.7", 5090)]


async def test_servers_are_tried_by_priority_and_within_one_by_weight() -> None:
    first: Counter[str] = Counter()
    async with name_server(RECORDS) as (_, resolver):
        for _ in range(40):
            found = await hosts_by(resolver).of("carrier.example", 0, "udp")
            assert found[2] == ("192.0.2.3", 5080)
            assert set(found[:2]) == {("192.0.2.1", 5060), ("192.0.2.2", 5070)}
            first[found[0][0]] += 1
    assert first["192.0.2.1"] > first["192.0.2.2"]


async def test_the_transport_decides_which_records_are_asked() -> None:
    async with name_server(RECORDS) as (_, resolver):
        assert await hosts_by(resolver).of("carrier.example", 0, "tls") == [("192.0.2.1", 5065)]
        with pytest.raises(Unavailable):  # a lone dot: this service is decidedly not offered
            await hosts_by(resolver).of("carrier.example", 0, "tcp")


async def test_a_server_without_an_address_is_passed_over() -> None:
    async with name_server(RECORDS) as (_, resolver):
        assert await hosts_by(resolver).of("half.example", 0, "udp") == [("192.0.2.2", 5060)]


async def test_a_port_of_the_trunk_asks_for_no_records() -> None:
    async with name_server(RECORDS) as (server, resolver):
        assert await hosts_by(resolver).of("sip.example", 5090, "udp") == [("192.0.2.9", 5090)]
        assert server.asked == []


@pytest.mark.parametrize("silent", [False, True])
async def test_a_name_without_such_records_is_its_own_address_and_is_kept(silent: bool) -> None:
    async with name_server(RECORDS, silent=silent) as (_, resolver):
        addresses = Addresses()
        hosts = hosts_by(resolver, addresses)
        assert await hosts.of("sip.example", 0, "udp") == [("192.0.2.9", 5060)]
        assert await hosts.of("SIP.example", 0, "udp") == [("192.0.2.9", 5060)]
    assert addresses.asked == ["sip.example"]


async def test_a_name_without_an_address_is_told_and_not_kept() -> None:
    async with name_server(RECORDS) as (_, resolver):
        addresses = Addresses()
        hosts = hosts_by(resolver, addresses)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await hosts.of("nowhere.example", 0, "udp")
    assert addresses.asked == ["nowhere.example", "nowhere.example"]
