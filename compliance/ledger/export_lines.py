"""An export, line by line, as it is written here and read by `verify`. Pure.

    {"type":"ledger","v":1,"origin":…,"key":…,"size":7,"whole":true,"personal":false,"at":…}
    {"type":"entry","seq":1,"leaf":"{…}","hashes":…}           leaf: the hashed text itself, as a text
    {"type":"checkpoint","note":…}                             after the last entry that it covers
    {"type":"end","entries":7}

With `personal`, an entry has {field: {"salt", "value"}} of what was not erased. An export of some entries (`whole`
false) begins with one checkpoint, and each entry has the proof that it is under it, in place of `hashes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from compliance.ledger.commitments import Kept
from compliance.ledger.leaf import Leaf, iso, read_leaf
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.notes import VerifierKey

FORMAT = 1


def header(key: VerifierKey, size: int, at: datetime, *, whole: bool, personal: bool) -> str:
    """`size`: how many entries there are, as the database has them."""
    said = {
        "type": "ledger",
        "v": FORMAT,
        "origin": key.name,
        "key": key.text(),
        "size": size,
        "whole": whole,
        "personal": personal,
        "at": iso(at),
    }
    return _line(said)


def entry(row: LedgerEntryRow, kept: Mapping[str, Kept], proof: Iterable[bytes] | None = None) -> str:
    said: dict[str, Any] = {"type": "entry", "seq": row.seq, "leaf": row.leaf}
    said |= {"hashes": row.hashes} if proof is None else {"proof": [one.hex() for one in proof]}
    if kept:
        said["personal"] = {name: {"salt": one.salt, "value": one.value} for name, one in kept.items()}
    if differing := columns_that_differ(row):
        said["differs"] = differing
    return _line(said)


class Checkpoints:
    """The lines of checkpoints, from old to new, each where it belongs."""

    def __init__(self, notes: Iterable[str]) -> None:
        self._notes = iter(notes)
        self._next = next(self._notes, None)

    def before(self, seq: int | None) -> Iterator[str]:
        """Those that cover nothing from entry `seq` on; None: all that are left."""
        while self._next is not None and (seq is None or size_in(self._next) < seq):
            yield checkpoint(self._next)
            self._next = next(self._notes, None)


def checkpoint(note: str) -> str:
    return _line({"type": "checkpoint", "note": note})


def end(entries: int) -> str:
    return _line({"type": "end", "entries": entries})


def columns_that_differ(row: LedgerEntryRow) -> list[str]:
    """The columns that say something else than the entry they repeat. Whoever changed one hides it from a search."""
    try:
        leaf: Leaf = read_leaf(row.leaf)
    except ValueError:
        return []  # that the entry is none, whoever verifies says
    there = {"id": row.id, "at": row.at, "kind": row.kind, "call_id": row.call_id}
    return [name for name, value in there.items() if getattr(leaf, name) != value]


def size_in(note: str) -> int:
    """How many entries a checkpoint says that it covers, whoever signed it; 0 for what is none."""
    parts = note.split("\n", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdecimal() and len(parts[1]) < 19 else 0


def _line(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"
