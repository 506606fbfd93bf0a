"""Which addresses a request may go to whose target somebody else chose. Pure.

An address that a company uses inside is refused unless its network is named in the settings; one by which machines
of a cloud tell their secrets is refused always, as are forms in which another address hides.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# AWS, Google, Azure and most others; Alibaba; Oracle; AWS by IPv6
METADATA = tuple(ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"))

_ALWAYS: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "an address of no machine"),
    ("224.0.0.0/4", "a multicast address"),
    ("255.255.255.255/32", "the broadcast address"),
    ("::/128", "an address of no machine"),
    ("ff00::/8", "a multicast address"),
    ("::ffff:0:0/96", "an IPv4 address in the form of IPv6"),
    ("64:ff9b::/96", "an IPv4 address behind NAT64"),
    ("64:ff9b:1::/48", "an IPv4 address behind NAT64"),
    ("2002::/16", "an IPv4 address behind 6to4"),
    ("2001::/32", "an address behind Teredo"),
)
_INSIDE: tuple[tuple[str, str], ...] = (
    ("127.0.0.0/8", "a loopback address"),
    ("::1/128", "a loopback address"),
    ("::/96", "an IPv4 address in the form of IPv6"),
    ("10.0.0.0/8", "a private address"),
    ("172.16.0.0/12", "a private address"),
    ("192.168.0.0/16", "a private address"),
    ("fc00::/7", "a private address"),
    ("fec0::/10", "a private address"),
    ("169.254.0.0/16", "a link-local address"),
    ("fe80::/10", "a link-local address"),
    ("100.64.0.0/10", "an address behind a carrier's NAT"),
)
ALWAYS = tuple((ip_network(text), what) for text, what in _ALWAYS)
INSIDE = tuple((ip_network(text), what) for text, what in _INSIDE)


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """What is wrong with the address, to stand after "it is"; None when a request may go there."""
    if _plain(address) in METADATA:
        return "an address by which a cloud tells its machines' secrets"
    if what := _found(address, ALWAYS):
        return what
    if is_allowed(address, allowed):
        return None
    if what := _found(address, INSIDE):
        return what
    return None if address.is_global else "a reserved address"


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(_plain(address) in network for network in allowed if network.version == address.version)


def _found(address: Address, table: Sequence[tuple[Network, str]]) -> str | None:
    return next((what for network, what in table if network.version == address.version and address in network), None)


def _plain(address: Address) -> Address:
    """Without the name of the interface, which a link-local address may carry."""
    return IPv6Address(int(address)) if isinstance(address, IPv6Address) else address
