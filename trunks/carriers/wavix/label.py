"""Wavix keeps no tags: ours stands in a trunk's label, behind the name that people see, and for a number in the address
that its call status would be sent to: the gateway has no use for that, and the address leads nowhere."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from trunks.carriers.port import TrunkSpec

_MOST = 64  # characters; Wavix publishes no limit
_OURS = re.compile(r"(?P<name>.*?) ?\[(?P<tag>[^\[\]\s]+)\](?: (?P<mark>[0-9a-f]+))?", re.DOTALL)
_NOWHERE = "https://gateway.invalid/"  # RFC 6761: no such name will ever exist


@dataclass(frozen=True)
class Label:
    """`tag`: "" for what is not ours. `mark`: changes with the password, which Wavix never shows."""

    tag: str
    name: str
    mark: str = ""


def wanted(spec: TrunkSpec) -> str:
    """`name [tag] mark`; the name is cut where all would be too long. The mark is too short to find a password by."""
    mark = hashlib.pbkdf2_hmac("sha256", spec.password.encode(), spec.tag.encode(), 20_000, 3).hex()
    end = f"[{spec.tag}] {mark}" if spec.password else f"[{spec.tag}]"
    return f"{spec.name[: max(_MOST - len(end) - 1, 0)].strip()} {end}".strip()


def read(text: str) -> Label:
    found = _OURS.fullmatch(text)
    return Label(found["tag"], found["name"], found["mark"] or "") if found else Label("", text)


def address_of(tag: str) -> str:
    return _NOWHERE + quote(tag, safe=":")


def tag_in(address: str | None) -> str:
    """Nothing for an address that is not one of ours."""
    return unquote(address.removeprefix(_NOWHERE)) if address and address.startswith(_NOWHERE) else ""
