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
    allowed_numbers: Sequence[str] = ()
    auth_username: str = ""
    enabled: bool = True


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
    """The trunk that cannot stand beside `new`: both take any number, and LiveKit would not tell them apart.

    LiveKit refuses to store two of them with the same callers, whatever their addresses are. Where only one limits
    its callers it stores both, and refuses the calls that fit both: there the addresses have to differ."""
    if not (new.enabled and new.any_number):
        return None
    for other in others:
        if other.id != new.id and other.enabled and other.any_number and _alike(new, other):
            return other
    return None


def _alike(first: InboundTerms, second: InboundTerms) -> bool:
    if first.allowed_numbers and second.allowed_numbers:
        return bool(set(first.allowed_numbers) & set(second.allowed_numbers))
    if not first.allowed_numbers and not second.allowed_numbers:
        return True
    return overlap(first.allowed_addresses, second.allowed_addresses)
