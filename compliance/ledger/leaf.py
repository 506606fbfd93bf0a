"""An entry as it is hashed: canonical JSON without a personal value. Pure.

    {"actor":"key_1f","at":"2026-11-20T09:00:00.000000Z","call_id":null,"commitments":{…},"facts":{…},
     "id":"evt_…","kind":"admin","seq":7,"v":1}

`behind_ms` is there when the clock stood behind the time of the entry before: it was set back, or is another machine's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from compliance.ledger.canonical import canonical

VERSION = 1
LONGEST_ACTOR = 100
STEP_BACK = timedelta(seconds=1)  # less is only two transactions at once
# What looks like a telephone number or a run of digits has no place in a leaf: a leaf cannot be erased.
_DIGITS = re.compile(r"(?<![0-9A-Za-z_])\+?[0-9]{7,}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Leaf:
    seq: int
    id: str
    at: datetime
    kind: str
    actor: str
    call_id: str | None
    facts: Mapping[str, Any]
    commitments: Mapping[str, str]
    behind_ms: int = 0
    v: int = VERSION


def leaf_text(leaf: Leaf) -> str:
    """Raises ValueError for facts that have no canonical JSON."""
    said: dict[str, Any] = {
        "v": leaf.v,
        "seq": leaf.seq,
        "id": leaf.id,
        "at": iso(leaf.at),
        "kind": leaf.kind,
        "actor": leaf.actor,
        "call_id": leaf.call_id,
        "facts": dict(leaf.facts),
        "commitments": dict(leaf.commitments),
    }
    return canonical(said | ({"behind_ms": leaf.behind_ms} if leaf.behind_ms else {}))


def read_leaf(text: str) -> Leaf:
    """Raises ValueError for what is no leaf."""
    try:
        said: dict[str, Any] = json.loads(text)
        leaf = Leaf(**{**said, "at": datetime.fromisoformat(said["at"])})
        known = (leaf.v, type(leaf.seq), type(leaf.facts), type(leaf.commitments)) == (VERSION, int, dict, dict)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it is no entry") from error
    if not known:
        raise ValueError("it is no entry of a version that is known")
    return leaf


def without_digits(facts: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` with every text masked; a second line, behind whoever writes them."""
    return {name: _masked(value) for name, value in facts.items()}


def behind_ms(before: datetime | None, at: datetime) -> int:
    """By how much `at` is before the time of the entry before it, in ms; 0 for less than a second."""
    behind = before - at if before is not None else timedelta()
    return int(behind / timedelta(milliseconds=1)) if behind >= STEP_BACK else 0


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _DIGITS.sub("‹number›", value)
    if isinstance(value, Mapping):
        return without_digits(value)
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
