"""Tables of trunks and numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class TrunkRow(Base):
    """Inbound and outbound trunks are views of this one table."""

    __tablename__ = "trunks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    direction: Mapped[str] = mapped_column(String(8), index=True)
    name: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    allowed_addresses: Mapped[list[str]] = mapped_column(JSON, default=list)
    allowed_numbers: Mapped[list[str]] = mapped_column(JSON, default=list)
    any_number: Mapped[bool] = mapped_column(Boolean, default=False)
    auth_username: Mapped[str] = mapped_column(String(100), default="")
    auth_password: Mapped[str] = mapped_column(String(500), default="", comment="encrypted")
    on_control_plane_loss: Mapped[str] = mapped_column(String(8), default="reject")
    max_calls: Mapped[int | None]
    max_calls_per_s: Mapped[int | None] = mapped_column(comment="outbound: calls that begin in a second")
    allowed_countries: Mapped[list[str]] = mapped_column(JSON, default=list, comment="calls out and transfers")
    allow_extensions: Mapped[bool] = mapped_column(Boolean, default=False, comment="calls out and transfers")
    max_duration_s: Mapped[int | None]
    price_per_minute: Mapped[str | None] = mapped_column(String(16), comment="decimal")
    max_spend_per_day: Mapped[str | None] = mapped_column(String(16), comment="decimal, per day of UTC")
    currency: Mapped[str] = mapped_column(String(3), default="USD", comment="ISO 4217")
    media: Mapped[dict[str, object]] = mapped_column(JSON, default=dict, comment="trunks.media.MediaTerms")
    screening: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="compliance.screening.terms.ScreeningTerms"
    )
    refer: Mapped[str] = mapped_column(String(8), default="unknown", server_default="unknown")
    refer_how: Mapped[str] = mapped_column(String(64), default="", server_default="")
    refer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    carrier_verdicts: Mapped[str] = mapped_column(
        String(16), default="none", server_default="none", comment="whose word on callers is believed"
    )
    caller_trust: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="compliance.caller_trust.terms.CallerTrustTerms"
    )
    trust_pin: Mapped[str] = mapped_column(String(200), default="", server_default="", comment="encrypted")
    sign_calls: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="outbound: Identity"
    )
    address: Mapped[str] = mapped_column(String(255), default="", comment="outbound: host[:port]")
    transport: Mapped[str] = mapped_column(String(8), default="auto")
    numbers: Mapped[list[str]] = mapped_column(JSON, default=list, comment="outbound: caller ids")
    any_caller_id: Mapped[bool] = mapped_column(Boolean, default=False, comment="outbound: not only of `numbers`")
    measured: Mapped[dict[str, object]] = mapped_column(
        JSON, default=dict, server_default="{}", comment="gateway.trunk_test.measured.Measured"
    )
    livekit_id: Mapped[str] = mapped_column(String(64), default="", index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def trust_pin_set(self) -> bool:
        return bool(self.trust_pin)


class NumberRow(Base):
    __tablename__ = "numbers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    inbound_trunk_id: Mapped[str | None] = mapped_column(ForeignKey("trunks.id"), index=True)
    carrier_id: Mapped[str | None] = mapped_column(ForeignKey("carriers.id"), index=True)
    remote_id: Mapped[str] = mapped_column(String(100), default="", server_default="", comment="at the carrier")
    tag: Mapped[str] = mapped_column(String(64), default="", server_default="", comment="ours, at the carrier")
    standing: Mapped[str] = mapped_column(
        String(8), default="active", server_default="active", comment="ordered: nobody knows yet whether we have it"
    )
    once: Mapped[str | None] = mapped_column(String(16), comment="decimal: paid when it was bought")
    monthly: Mapped[str | None] = mapped_column(String(16), comment="decimal")
    currency: Mapped[str] = mapped_column(String(3), default="", server_default="", comment="ISO 4217")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
