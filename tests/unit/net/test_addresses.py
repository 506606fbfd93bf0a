"""A request whose target somebody else chose goes to the internet, and inside only where the settings say so."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.net.addresses import refusal

INSIDE = [
    "127.0.0.1", "127.255.0.9", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd12::1", "fc00::1",
    "fec0::1", "169.254.7.7", "fe80::1", "fe80::1%eth0", "100.64.0.1", "100.127.255.254",
]  # fmt: skip
ALWAYS = [
    "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "239.1.1.1", "255.255.255.255", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "169.254.169.254",
    "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
]  # fmt: skip
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@pytest.mark.parametrize("text", [*INSIDE, *ALWAYS, "240.0.0.1", "192.0.2.1", "198.18.0.1", "2001:db8::1", "::7f00:1"])
def test_an_address_that_is_not_of_the_internet_is_refused_with_what_it_is(text: str) -> None:
    assert refusal(ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2003::1"])
def test_an_address_of_the_internet_is_fine(text: str) -> None:
    assert refusal(ip_address(text)) is None


@pytest.mark.parametrize("text", INSIDE)
def test_a_network_of_the_settings_is_reached(text: str) -> None:
    assert refusal(ip_address(text), EVERYTHING) is None
    assert refusal(ip_address(text), [ip_network("10.1.2.0/24")]) is (
        None if text == "10.1.2.3" else refusal(ip_address(text))
    )


@pytest.mark.parametrize("text", ALWAYS)
def test_no_setting_opens_metadata_or_an_address_in_which_another_hides(text: str) -> None:
    assert refusal(ip_address(text), EVERYTHING)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_gets_through_in_the_clothes_of_ipv6(address: object) -> None:
    inner = int(ip_address(str(address)))
    for shape in (0xFFFF << 32, 0x64FF9B << 96, 0):
        assert refusal(IPv6Address(shape + inner))
    assert refusal(IPv6Address((0x2002 << 112) + (inner << 80)))
