"""A checkpoint (C2SP tlog-checkpoint): whose ledger, how many entries, and the root of the tree over them. Pure.

    gateway/3f2a91c0
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

A file of checkpoints has one on each line, `{"at": …, "note": …}`. When it was signed is not part of what is signed.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.ledger.leaf import iso
from compliance.ledger.merkle import HASH_BYTES
from compliance.ledger.notes import VerifierKey, open_note, sign

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Signed:
    """A checkpoint whose signature is good, and the note it came in."""

    checkpoint: Checkpoint
    note: str


def sign_checkpoint(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> Signed:
    return Signed(checkpoint, sign(checkpoint.text(), checkpoint.origin, private))


def open_checkpoint(note: str, key: VerifierKey) -> Signed:
    """Raises ValueError, in words: not signed with this key, or no checkpoint."""
    origin, size, root, *_ = [*open_note(note, key).split("\n"), "", "", ""]
    try:
        found = b64decode(root, validate=True)
    except binascii.Error:
        found = b""
    if origin != key.name or not _SIZE.fullmatch(size) or len(found) != HASH_BYTES:
        raise ValueError("it is no checkpoint of this ledger")
    return Signed(Checkpoint(origin, int(size), found), note)


def checkpoint_line(signed: Signed, at: datetime) -> str:
    """With its line's end."""
    return json.dumps({"at": iso(at), "note": signed.note}, ensure_ascii=False) + "\n"


def notes_in(lines: Iterable[str]) -> Iterator[str]:
    """The notes of a file of checkpoints, or the one of a file that is a note; "" for a line that cannot be read, such
    as one that a crash has cut off."""
    lines = iter(lines)
    first = next(lines, "")
    if first.strip() and not first.startswith("{"):
        yield first + "".join(lines)
        return
    for line in chain((first,) if first else (), lines):
        yield _note_of(line)


def _note_of(line: str) -> str:
    try:
        said = json.loads(line)
    except ValueError:
        return ""
    note = said.get("note") if isinstance(said, dict) else None
    return note if isinstance(note, str) else ""
