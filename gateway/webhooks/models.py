"""Tables of webhooks: who is told, and what is told to whom. No personal data; it is read when it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class WebhookRow(Base):
    """A receiver. While a secret is exchanged, the one before counts too, until `old_secret_until`."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(JSON, comment="types; empty: all")
    personal: Mapped[bool] = mapped_column(Boolean, comment="it is told numbers and notes too")
    enabled: Mapped[bool] = mapped_column(Boolean)
    off_reason: Mapped[str] = mapped_column(String(300), comment="why it was switched off by us")
    secret: Mapped[str] = mapped_column(String(400), comment="sealed")
    old_secret: Mapped[str] = mapped_column(String(400), comment="sealed")
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """One event for one receiver, written in the transaction that records the event. Its id is the `webhook-id`."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "call_id", "seq", "type"),
        Index("ix_webhook_deliveries_begun_id", "begun", "id"),
        Index("ix_webhook_deliveries_webhook_id_status_id", "webhook_id", "status", "id"),
        Index("ix_webhook_deliveries_status_settled_at", "status", "settled_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(40))
    call_id: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(comment="of the event, in the call's log")
    at: Mapped[datetime] = mapped_column(UtcDateTime, comment="the event's time")
    body: Mapped[dict[str, Any]] = mapped_column(JSON, comment="data, without personal data")
    status: Mapped[str] = mapped_column(String(16), comment="waiting, delivered or dead")
    begun: Mapped[bool] = mapped_column(Boolean, comment="its work is begun")
    round: Mapped[int] = mapped_column(comment="one more with each replay")
    attempts: Mapped[int] = mapped_column(comment="in this round")
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status: Mapped[int | None] = mapped_column(comment="HTTP; null when nobody answered")
    last_problem: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
