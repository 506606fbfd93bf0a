"""Twilio keeps no tags: ours stands in the FriendlyName, behind the name that people see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

MOST = 64  # characters of a FriendlyName
_OURS = re.compile(r"(?P<name>.*?) ?\[(?P<tag>[^\[\]\s]+)\](?: (?P<mark>[0-9a-f]+))?", re.DOTALL)


@dataclass(frozen=True)
class Named:
    """`tag`: "" for what is not ours. `mark`: what else we note about it."""

    tag: str
    name: str
    mark: str = ""


class Listed(Protocol):
    sid: str | None
    friendly_name: str | None


AnyListed = TypeVar("AnyListed", bound=Listed)


def friendly(tag: str, name: str, mark: str = "") -> str:
    """`name [tag] mark`; the name is cut where all would be too long."""
    end = f"[{tag}] {mark}" if mark else f"[{tag}]"
    return f"{name[: max(MOST - len(end) - 1, 0)].strip()} {end}".strip()


def read(text: str | None) -> Named:
    found = _OURS.fullmatch(text or "")
    return Named(found["tag"], found["name"], found["mark"] or "") if found else Named("", text or "")


def ours(lists: Iterable[AnyListed], tag: str, attached: Collection[str]) -> tuple[AnyListed | None, list[AnyListed]]:
    """The list with this tag, one in use before all others; and those that are too many: what was sent once may have
    arrived twice."""
    found = sorted(
        (one for one in lists if read(one.friendly_name).tag == tag), key=lambda one: one.sid not in attached
    )
    return (found[0], found[1:]) if found else (None, [])
