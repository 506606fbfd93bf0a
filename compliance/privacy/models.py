"""Tables of privacy. No number: persons are named by a keyed hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class HoldRow(Base):
    """A legal hold on a person (`subject` is the hash) or a call (`subject` is its id)."""

    __tablename__ = "privacy_holds"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), comment="person or call")
    subject: Mapped[str] = mapped_column(String(64), index=True)
    why: Mapped[str] = mapped_column(String(300), comment="a file number, not a name")
    asked_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(String(100))


class ErasureRow(Base):
    """An erasure that was carried out, with its report."""

    __tablename__ = "privacy_erasures"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), comment="person or call")
    subject: Mapped[str] = mapped_column(String(64), index=True)
    asked_by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSON, comment="by place: found, erased, kept and why")
    rewritten: Mapped[bool] = mapped_column(Boolean, comment="the database file has no freed page of before any more")


class SuppressionRow(Base):
    """Somebody who was on a list when erased: what the list said holds on, though nobody can read who it is."""

    __tablename__ = "privacy_suppressions"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    list: Mapped[str] = mapped_column(String(8), primary_key=True, comment="block or allow")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RetentionRow(Base):
    """How far the sweep of a kind has come: calls that came in by then have been looked at."""

    __tablename__ = "privacy_retention"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    swept_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
