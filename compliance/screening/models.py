"""Tables of screening. Columns that hold a number or an address say so: they are personal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.number_lists.columns import EditionColumns
from gateway.db.base import Base, UtcDateTime


class EntryRow(Base):
    """A value is on one list only. Of a range: its ends, their length, and how big it is, see `Value`."""

    __tablename__ = "screening_entries"
    __table_args__ = (
        UniqueConstraint("kind", "value"),
        Index("ix_screening_entries_digits_magnitude_low", "digits", "magnitude", "low"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    list: Mapped[str] = mapped_column(String(8), comment="block or allow")
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(64), comment="personal")
    low: Mapped[int | None] = mapped_column(BigInteger, comment="personal")
    high: Mapped[int | None] = mapped_column(BigInteger, comment="personal")
    digits: Mapped[int | None]
    magnitude: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NeverCallsRow(EditionColumns, Base):
    """One import of a do-not-originate list."""

    __tablename__ = "do_not_originate_lists"


class NeverCallsNumberRow(Base):
    """A number of a do-not-originate list: its digits without the +."""

    __tablename__ = "do_not_originate_numbers"
    __table_args__ = {"sqlite_with_rowid": False}

    edition: Mapped[int] = mapped_column(ForeignKey("do_not_originate_lists.edition"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, comment="personal")


class RecentCallRow(Base):
    """A call that was let in under terms that count calls; kept for a minute or little longer."""

    __tablename__ = "screening_recent_calls"
    __table_args__ = (Index("ix_screening_recent_calls_whose_pii_at", "whose", "pii", "at"),)

    call_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    whose: Mapped[str] = mapped_column(String(8), primary_key=True, comment="caller or number")
    pii: Mapped[str] = mapped_column(String(256), comment="the calling, or the called number")
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
