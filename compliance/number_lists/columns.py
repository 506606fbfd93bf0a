"""What the tables of such lists share. Their numbers stand in a table of their own: edition and number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import UtcDateTime


class EditionColumns:
    """One import of a list. What counts is the `current` one of each name, its last whole import."""

    edition: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(8), comment="filling, current, or gone: to be removed")
    numbers: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), comment="of the imported bytes")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
