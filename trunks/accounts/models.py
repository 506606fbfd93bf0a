"""Tables of accounts at carriers, and of the trunks that we have there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class CarrierRow(Base):
    """An account. Its name is what people and files call it."""

    __tablename__ = "carriers"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    keys: Mapped[str] = mapped_column(String(8000), comment="sealed JSON of the kind's keys")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when the keys last let us in")
    calls_until: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="its records of calls are here up to")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CarrierTrunkRow(Base):
    """A trunk at a carrier, both ways: there one object with our tag, here an inbound and an outbound trunk."""

    __tablename__ = "carrier_trunks"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    carrier_id: Mapped[str] = mapped_column(ForeignKey("carriers.id"), index=True)
    tag: Mapped[str] = mapped_column(String(64), unique=True)
    spec: Mapped[dict[str, Any]] = mapped_column(JSON, comment="gateway.apply.document.TrunkWanted")
    username: Mapped[str] = mapped_column(String(100))
    password: Mapped[str] = mapped_column(String(400), comment="sealed; made by us, as the carrier is to know it")
    remote_id: Mapped[str] = mapped_column(String(100), default="")
    host: Mapped[str] = mapped_column(String(255), default="", comment="where our calls go; the carrier says it")
    inbound_trunk_id: Mapped[str | None] = mapped_column(ForeignKey("trunks.id"))
    outbound_trunk_id: Mapped[str | None] = mapped_column(ForeignKey("trunks.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
