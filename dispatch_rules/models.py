"""The table of dispatch rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class RuleRow(Base):
    __tablename__ = "dispatch_rules"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(Boolean)
    trunk_ids: Mapped[list[str]] = mapped_column(JSON)
    numbers: Mapped[list[str]] = mapped_column(JSON, comment="called; empty fits all")
    inbound_numbers: Mapped[list[str]] = mapped_column(JSON, comment="calling; empty fits all")
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    room_prefix: Mapped[str] = mapped_column(String(32))
    fallback_prompt: Mapped[str] = mapped_column(String(64))
    max_duration_s: Mapped[int | None]
    pin: Mapped[str] = mapped_column(String(200), default="", comment="encrypted")
    hide_phone_number: Mapped[bool] = mapped_column(Boolean, default=False)
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, comment="of the phone's participant")
    last_resort: Mapped[str] = mapped_column(
        String(16), default="agent", server_default="agent", comment="of a transfer that reached nobody"
    )
    caller_trust: Mapped[dict[str, object] | None] = mapped_column(
        JSON(none_as_null=True), comment="compliance.caller_trust.terms.CallerTrustTerms; null: the trunk's"
    )
    trust_pin: Mapped[str] = mapped_column(String(200), default="", server_default="", comment="encrypted")
    screening: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="compliance.screening.terms.ScreeningTerms"
    )
    disclosure: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="compliance.consent.terms.DisclosureTerms"
    )
    capture: Mapped[str] = mapped_column(
        String(32), default="", server_default="", comment="a name in the agent's captures; empty for none"
    )
    livekit_id: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def pin_set(self) -> bool:
        return bool(self.pin)

    @property
    def trust_pin_set(self) -> bool:
        return bool(self.trust_pin)
