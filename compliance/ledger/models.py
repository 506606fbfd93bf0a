"""Tables of the ledger. Only `ledger_personal` has personal values; erasure empties it, and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class LedgerEntryRow(Base):
    """`leaf` is the entry; `at`, `kind` and `call_id` repeat it, to look for it. `hashes`: of the leaf, then of each
    subtree that it completes, from small to large."""

    __tablename__ = "ledger_entries"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … no gap")
    id: Mapped[str] = mapped_column(String(40), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    call_id: Mapped[str | None] = mapped_column(String(64), index=True)
    leaf: Mapped[str] = mapped_column(Text, comment="canonical JSON (RFC 8785)")
    hashes: Mapped[str] = mapped_column(Text, comment="hex, 64 digits each")


class LedgerPersonalRow(Base):
    """A personal value of an entry, and the salt of its commitment."""

    __tablename__ = "ledger_personal"

    seq: Mapped[int] = mapped_column(ForeignKey("ledger_entries.seq"), primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64), comment="hex")
    pii: Mapped[str] = mapped_column(Text, comment="canonical JSON (RFC 8785)")
