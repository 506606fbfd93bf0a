"""Tables of routes, and of the circuits of trunks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class RouteRow(Base):
    __tablename__ = "routes"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(15), comment="digits after the +; empty: every number")
    trunk_id: Mapped[str] = mapped_column(ForeignKey("trunks.id"), index=True, comment="outbound")
    priority: Mapped[int] = mapped_column(comment="lower first")
    enabled: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CircuitRow(Base):
    """`trunks.routes.breaker.Breaker` of a trunk that has failed; one that has not has no row."""

    __tablename__ = "trunk_circuits"

    trunk_id: Mapped[str] = mapped_column(ForeignKey("trunks.id", ondelete="CASCADE"), primary_key=True)
    failed_at: Mapped[list[str]] = mapped_column(JSON, comment="ISO 8601")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    probed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(200))
