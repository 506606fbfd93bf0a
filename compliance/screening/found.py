"""What our database knows about a caller before the call goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compliance.screening.value import Kind

ListName = Literal["block", "allow"]


@dataclass(frozen=True)
class Match:
    """An entry that names the caller. `breadth`: how many numbers (range) or spare digits or bits (prefix, source) it
    takes in; the smaller, the more it is meant."""

    id: str
    list: ListName
    kind: Kind
    breadth: int = 0


@dataclass(frozen=True)
class Recent:
    """Calls let in during the last minute; `free_in_s`: until the oldest of them is a minute old."""

    calls: int = 0
    free_in_s: int = 0


@dataclass(frozen=True)
class Found:
    """`matches`: every entry that names the number or the source. `never_calls`: the do-not-originate list it is on."""

    anonymous: bool = False
    matches: tuple[Match, ...] = ()
    never_calls: str = ""
    of_caller: Recent = Recent()
    to_number: Recent = Recent()


NOTHING = Found()
