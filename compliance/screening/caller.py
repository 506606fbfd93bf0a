"""The caller as the lists know callers: digits, none, or no number at all. Pure."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NUMBER = re.compile(r"^\+[0-9]{3,15}$")
# What stands in From in place of a number that is withheld (RFC 3323 §4.1, RFC 3325 §7) or that the network lacks.
_NO_NUMBER = frozenset(
    {"", "anonymous", "blocked", "no number", "nonumber", "private", "restricted", "unavailable", "unknown", "withheld"}
)
# The same words on a telephone's keypad: carriers that must give digits send these. None can be a telephone number.
_SPELT = frozenset({"+266696687", "+2562533", "+7378742833", "+86282452253", "+8656696"})


def is_anonymous(ani: str) -> bool:
    """True when the caller shows no number: withheld, or not known to the network."""
    return ani.strip().casefold() in _NO_NUMBER or ani in _SPELT


def is_number(ani: str) -> bool:
    """True for + and 3 to 15 digits, as the switchboard stores every calling number."""
    return _NUMBER.match(ani) is not None


def prefixes_of(number: str) -> list[str]:
    """Every prefix of `+15…` that an entry may have, the whole number last; none for what is no number."""
    return [number[:end] for end in range(2, len(number) + 1)] if is_number(number) else []


def networks_of(address: str) -> list[str]:
    """Every block that covers the address, from it alone to its whole family; none for what is no address."""
    try:
        source = ip_address(address)
    except ValueError:
        return []
    if isinstance(source, IPv6Address):
        source = source.ipv4_mapped or IPv6Address(int(source))  # without the name of an interface
    bits, whole = int(source), source.max_prefixlen
    family = type(source)
    # by hand: a network object per length is a fifth of a look-up
    return [f"{family(bits >> rest << rest)}/{whole - rest}" for rest in range(whole + 1)]


def network_of(text: str) -> IPv4Network | IPv6Network:
    """An address as the block of it alone. Raises ValueError."""
    if "%" in text:
        raise ValueError("the name of an interface is no part of an address")
    network = ip_network(text, strict=False)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return network
