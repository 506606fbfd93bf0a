"""Appending, inside the transaction of what is told: both are there afterwards, or neither.

Entries are written when the transaction commits, after everything else of it: the ledger's end, for which all writers
wait, is held as briefly as can be, and nobody who holds it waits for another row.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from compliance.ledger.canonical import canonical
from compliance.ledger.commitments import SALT_BYTES, Kept, commitment
from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import LONGEST_ACTOR, Leaf, behind_ms, leaf_text, without_digits
from compliance.ledger.merkle import join_hex, leaf_hash
from compliance.ledger.models import LedgerEntryRow, LedgerPersonalRow
from compliance.ledger.tail import Tail, hold_tail
from gateway.db.base import Base
from gateway.kernel.ids import new_id

_ENTRIES = insert(Base.metadata.tables[LedgerEntryRow.__tablename__])
_PERSONAL = insert(Base.metadata.tables[LedgerPersonalRow.__tablename__])
_WAITING = "ledger_waiting"


@dataclass(frozen=True)
class Entry:
    """What is to be appended. `at` is the writer's clock now, and not when the thing told happened (that is a fact)."""

    kind: Kind
    at: datetime
    actor: str
    call_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("evt"))


class Ledger:
    """Of one session; its transaction has to end with a commit."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(
        self,
        kind: Kind,
        *,
        at: datetime,
        actor: str,
        call_id: str | None = None,
        facts: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> str:
        """Returns the entry's id. `facts` hold nothing personal; each value of `personal` gets a commitment.

        Both are JSON without fractions. Raises ValueError for anything else.
        """
        entry = Entry(kind, at, actor, call_id or None, facts or {}, personal or {})
        canonical([dict(entry.facts), dict(entry.personal)])  # what is wrong is told here, and not at the commit
        put(self._session.sync_session, entry)
        return entry.id


def put(session: Session, entry: Entry) -> None:
    """The same below the asynchronous session, for listeners of it."""
    waiting: list[Entry] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = []
        event.listen(session, "before_commit", write_waiting)
        event.listen(session, "after_rollback", _forget_waiting)
    waiting.append(entry)


def write_waiting(session: Session) -> None:
    """Writes what was put, if anything was."""
    waiting: list[Entry] = session.info.get(_WAITING, [])
    if not waiting:
        return
    session.flush()  # whatever waits for another transaction does so before the end is held
    write(session.connection(), waiting)
    waiting.clear()


def write(connection: Connection, entries: Sequence[Entry]) -> None:
    tail = hold_tail(connection)
    rows: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for entry in entries:
        tail, row, values = append_to(tail, entry)
        rows.append(row)
        kept += values
    connection.execute(_ENTRIES, rows)
    if kept:
        connection.execute(_PERSONAL, kept)


def append_to(tail: Tail, entry: Entry) -> tuple[Tail, dict[str, Any], list[dict[str, Any]]]:
    """The new end, the entry's row, and those of its personal values. The tree of `tail` grows by it."""
    seq = tail.tree.size + 1
    opened = {name: Kept(secrets.token_hex(SALT_BYTES), canonical(value)) for name, value in entry.personal.items()}
    leaf = Leaf(
        seq=seq,
        id=entry.id,
        at=entry.at,
        kind=entry.kind.value,
        actor=entry.actor[:LONGEST_ACTOR],
        call_id=entry.call_id,
        facts=without_digits(entry.facts),
        commitments={name: commitment(name, one) for name, one in opened.items()},
        behind_ms=behind_ms(tail.at, entry.at),
    )
    text = leaf_text(leaf)
    hashes = join_hex(tail.tree.add(leaf_hash(text.encode())))
    row = {
        "seq": seq,
        "id": leaf.id,
        "at": leaf.at,
        "kind": leaf.kind,
        "call_id": leaf.call_id,
        "leaf": text,
        "hashes": hashes,
    }
    kept = [{"seq": seq, "field": name, "salt": one.salt, "pii": one.value} for name, one in opened.items()]
    return Tail(tail.tree, leaf.at), row, kept


def _forget_waiting(session: Session) -> None:
    session.info[_WAITING].clear()
