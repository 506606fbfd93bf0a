"""Where the ledger ends, held by whoever appends until its transaction ends, so that no number is left out.

What is needed to go on stands with the entries themselves; there is no row besides that could say something else.
SQLite has one writer at a time as it is; with PostgreSQL, writers queue for a lock of the transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, Text, func, select, text

from compliance.ledger.merkle import HASH_BYTES, Frontier, split_hex
from gateway.db.base import UtcDateTime
from gateway.kernel.logs import get_logger

_log = get_logger(__name__)
_LOCK = select(func.pg_advisory_xact_lock(0x6C656467))  # "ledg"
# The last entry, and each that completes a subtree of the frontier: its number with the lowest bits taken away one by
# one.
_TAIL = text(
    """
    WITH RECURSIVE ends(seq) AS (
        SELECT max(seq) FROM ledger_entries
        UNION ALL
        SELECT seq & (seq - 1) FROM ends WHERE (seq & (seq - 1)) > 0
    )
    SELECT ends.seq AS seq, entry.at AS at, entry.hashes AS hashes
    FROM ends LEFT JOIN ledger_entries AS entry ON entry.seq = ends.seq
    WHERE ends.seq IS NOT NULL ORDER BY ends.seq
    """
).columns(seq=BigInteger, at=UtcDateTime, hashes=Text)
_GONE = bytes(HASH_BYTES)


class Tail(NamedTuple):
    """`at`: of the last entry."""

    tree: Frontier
    at: datetime | None


def hold_tail(connection: Connection) -> Tail:
    """Waits for whoever appends now.

    A damaged ledger is appended to all the same, because what happens has to be told; it is not signed any more.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    rows = connection.execute(_TAIL).all()
    if not rows:
        return Tail(Frontier(), None)
    roots = [_root(row.hashes, row.seq) for row in rows]
    if _GONE in roots:
        _log.error("ledger_is_damaged", entries=rows[-1].seq)
    return Tail(Frontier(rows[-1].seq, roots), rows[-1].at)


def _root(hashes: str | None, seq: int) -> bytes:
    """Of the largest subtree that this entry completes and that is full: as high as its number has zeros at its end."""
    level = (seq & -seq).bit_length() - 1
    try:
        return split_hex(hashes or "")[level]
    except (ValueError, IndexError):
        return _GONE
