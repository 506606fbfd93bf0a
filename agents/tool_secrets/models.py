"""The table of secrets that tools of agents are let in with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class AgentSecretRow(Base):
    """Named by profiles as `{secret:NAME}`."""

    __tablename__ = "agent_secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret: Mapped[str] = mapped_column(Text, comment="sealed")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(64), comment="the key that wrote it")
