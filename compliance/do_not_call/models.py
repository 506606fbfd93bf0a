"""Tables of who is not to be dialled, and of who has agreed to be.

A person is named by `number`. After an erasure `number` is empty and `subject`, a keyed hash of it, stands in its
place: what was said holds on, and nobody can read who said it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from compliance.number_lists.columns import EditionColumns
from gateway.db.base import Base, UtcDateTime


class OwnEntryRow(Base):
    """Somebody who is not to be called by us; `seller` "": whoever calls."""

    __tablename__ = "do_not_call_entries"
    __table_args__ = (UniqueConstraint("number", "subject", "seller", "scope"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), index=True, comment="personal; empty once erased")
    subject: Mapped[str] = mapped_column(String(64), index=True, comment="keyed hash of the number, once erased")
    scope: Mapped[str] = mapped_column(String(16), comment="marketing or everything")
    seller: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(200), comment="personal: why, in somebody's words")
    heard: Mapped[str] = mapped_column(String(16), comment="where: call, key, letter, message, web, office")
    call_id: Mapped[str] = mapped_column(String(40), comment="the call it was heard on, if any")
    added_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListRow(EditionColumns, Base):
    """One import of a list of who is not to be called."""

    __tablename__ = "do_not_call_lists"

    register: Mapped[str] = mapped_column(String(64), comment="whose list: us-national, gb-tps, or of no register")
    place: Mapped[str] = mapped_column(String(6), comment="ISO 3166")
    scope: Mapped[str] = mapped_column(String(16), comment="marketing or everything")
    dated: Mapped[date] = mapped_column(Date, comment="the day it was taken from the register")
    lines: Mapped[int] = mapped_column(comment="of the file; each is a number, repeated, rejected, or of no number")
    repeated: Mapped[int]
    rejected: Mapped[int]


class ListNumberRow(Base):
    """A number of an imported list: its digits without the +."""

    __tablename__ = "do_not_call_numbers"
    __table_args__ = {"sqlite_with_rowid": False}

    edition: Mapped[int] = mapped_column(ForeignKey("do_not_call_lists.edition"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, comment="personal")


class RevocationRow(Base):
    """Consent that was taken back. It counts from the moment its transaction commits."""

    __tablename__ = "dial_revocations"
    __table_args__ = (UniqueConstraint("number", "subject", "seller", "scope", "at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), index=True, comment="personal; empty once erased")
    subject: Mapped[str] = mapped_column(String(64), index=True, comment="keyed hash of the number, once erased")
    scope: Mapped[str] = mapped_column(String(16), comment="marketing or everything")
    seller: Mapped[str] = mapped_column(String(100))
    heard: Mapped[str] = mapped_column(String(16), comment="where, as of an entry")
    words: Mapped[str] = mapped_column(String(400), comment="personal: what was said or pressed")
    call_id: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DialConsentRow(Base):
    """Consent to be called, with what proves it (16 CFR 310.5(a)(8), 47 CFR 64.1200(f)(9))."""

    __tablename__ = "dial_consents"
    __table_args__ = (UniqueConstraint("number", "subject", "seller", "kind", "given_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), index=True, comment="personal; empty once erased")
    subject: Mapped[str] = mapped_column(String(64), index=True, comment="keyed hash of the number, once erased")
    kind: Mapped[str] = mapped_column(String(16), comment="express or written")
    purposes: Mapped[list[str]] = mapped_column(JSON)
    seller: Mapped[str] = mapped_column(String(100), comment="to whom it was given")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(16), comment="web_form, paper, recording or message")
    evidence: Mapped[str] = mapped_column(String(300), comment="personal: where the proof is kept")
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    text_shown: Mapped[str] = mapped_column(Text, comment="the request, as it was shown or read out")
    signer: Mapped[str] = mapped_column(String(200), comment="personal: who signed")
    says_automated: Mapped[bool] = mapped_column(Boolean, comment="the text says that a machine or its voice may call")
    no_condition: Mapped[bool] = mapped_column(Boolean, comment="the text says that nothing depends on agreeing")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HolidayRow(Base):
    """All days of a year on which nobody is called at a place, as the operator says."""

    __tablename__ = "dial_holidays"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, comment="place and year: US-AL.2027")
    place: Mapped[str] = mapped_column(String(6), index=True, comment="ISO 3166")
    year: Mapped[int]
    days: Mapped[list[str]] = mapped_column(JSON, comment="ISO 8601")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
