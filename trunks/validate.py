"""Which trunks cannot stand beside each other, and which would let strangers in. Pure; answers in words."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class InboundTerms:
    """What decides which calls an inbound trunk takes."""

    id: str
    name: str
    any_number: bool
    allowed_addresses: Sequence[str]
    auth_username: str = ""


def bad_address(addresses: Iterable[str]) -> str | None:
    """The first that is neither an IP address nor a CIDR block as LiveKit reads them: no netmask, no zone."""
    for text in addresses:
        address, slash, prefix = text.partition("/")
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            return text
        if "%" in address or (slash and not prefix.isdecimal()):
            return text
    return None


def open_to_strangers(terms: InboundTerms) -> bool:
    """Neither an address list nor a password: anybody who knows the number could call."""
    return not terms.allowed_addresses and not terms.auth_username


def overlap(first: Sequence[str], second: Sequence[str]) -> bool:
    """True when one address may be in both lists; an empty list allows every address."""
    if not first or not second:
        return True
    nets = [[ipaddress.ip_network(text, strict=False) for text in texts] for texts in (first, second)]
    return any(a.version == b.version and a.overlaps(b) for a in nets[0] for b in nets[1])


def conflict(new: InboundTerms, others: Iterable[InboundTerms]) -> InboundTerms | None:
    """The trunk that would take the same calls: both take any number and a source may be in both lists."""
    if not new.any_number:
        return None
    for other in others:
        if other.id != new.id and other.any_number and overlap(new.allowed_addresses, other.allowed_addresses):
            return other
    return None
