"""Wavix keeps no tags: ours stands in a trunk's label, behind the name that people see, and for a number in the address
that its call status would be sent to: the gateway has no use for that, and the address leads nowhere."""

from __future__ import annotations

from urllib.parse import quote, unquote

from trunks.carriers.named import mark_of, written
from trunks.carriers.port import TrunkSpec

_NOWHERE = "https://gateway.invalid/"  # RFC 6761: no such name will ever exist


def wanted(spec: TrunkSpec) -> str:
    """Of a trunk; with a mark of its password, which Wavix never shows."""
    return written(spec.tag, spec.name, mark_of(spec.password, spec.tag))


def address_of(tag: str) -> str:
    return _NOWHERE + quote(tag, safe=":")


def tag_in(address: str | None) -> str:
    """Nothing for an address that is not one of ours."""
    return unquote(address.removeprefix(_NOWHERE)) if address and address.startswith(_NOWHERE) else ""
