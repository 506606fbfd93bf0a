"""The ledger as it goes over REST. Personal values are for a key that may see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from compliance.ledger.commitments import Kept
from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import read_leaf
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.repository import damaged

Seq = Annotated[int, Path(ge=1, le=2**63 - 1, description="1 is the first entry")]


class ValueShown(BaseModel):
    salt: str = Field(description="hex")
    value: str = Field(description="canonical JSON (RFC 8785)")


class LedgerEntryShown(BaseModel):
    seq: int
    id: str
    at: datetime = Field(description="when it was appended, by the clock of whoever did")
    kind: Kind
    actor: str
    call_id: str | None
    facts: dict[str, Any]
    commitments: dict[str, str] = Field(description="to personal values, by name: HMAC-SHA256 in hex")
    behind_ms: int = Field(description="so far stood the clock behind an earlier entry; 0: it did not")
    personal: dict[str, ValueShown] | None = Field(
        description="what was not erased; null for a key without the scope calls:pii"
    )


class EntryProof(BaseModel):
    """What `leaf` hashes to is in the tree that the checkpoint is of (RFC 9162 §2.1.3)."""

    seq: int
    leaf: str = Field(description="the hashed text itself")
    leaf_hash: str
    proof: list[str] = Field(description="hex, from the leaf up")
    checkpoint: str = Field(description="a signed note (C2SP tlog-checkpoint)")
    key: str


class CheckpointShown(BaseModel):
    note: str = Field(description="a signed note (C2SP tlog-checkpoint)")
    key: str = Field(description="whose signature it has, as a verifier key of C2SP signed-note")
    size: int
    root: str = Field(description="hex")
    consistency: list[str] | None = Field(
        description="hex: the tree of `since` entries is the beginning of this one (RFC 9162 §2.1.4); null: not asked"
    )
    problem: str = Field(description="why newer entries are not signed; empty: they are")


def shown(row: LedgerEntryRow, kept: Mapping[str, Kept] | None) -> LedgerEntryShown:
    """`kept` None: this key may not see values. Raises Unavailable for an entry that somebody has damaged."""
    try:
        leaf = read_leaf(row.leaf)
        values = {name: ValueShown(salt=one.salt, value=one.value) for name, one in (kept or {}).items()}
        return LedgerEntryShown(
            seq=row.seq, id=leaf.id, at=leaf.at, kind=Kind(leaf.kind), actor=leaf.actor, call_id=leaf.call_id,
            facts=dict(leaf.facts), commitments=dict(leaf.commitments), behind_ms=leaf.behind_ms,
            personal=None if kept is None else values,
        )  # fmt: skip
    except ValueError as error:
        raise damaged(f"entry {row.seq} is not what was appended") from error
