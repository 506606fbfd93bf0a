"""The table of transfer targets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class TargetRow(Base):
    """Persons and teams; what a kind does not have is null."""

    __tablename__ = "transfer_targets"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(Boolean)
    trunk_id: Mapped[str | None] = mapped_column(ForeignKey("trunks.id"), index=True, comment="outbound")
    number: Mapped[str | None] = mapped_column(String(16), comment="E.164; personal")
    uri: Mapped[str | None] = mapped_column(String(400), comment="sip:; personal")
    identity: Mapped[str | None] = mapped_column(String(64), unique=True, comment="LiveKit's")
    members: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), comment="targets of a team, in order")
    strategy: Mapped[str | None] = mapped_column(String(16))
    skills: Mapped[list[str]] = mapped_column(JSON)
    ring_s: Mapped[int]
    voicemail_detection: Mapped[bool] = mapped_column(Boolean)
    allowed_agents: Mapped[list[str]] = mapped_column(JSON, comment="empty: no agent")
    operators_may_send: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
