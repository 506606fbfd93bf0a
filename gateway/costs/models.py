"""The table of what carriers have recorded of calls. Personal data stands only in columns named `pii_…`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class CarrierCallRow(Base):
    """A call as a carrier has it, once. It stays when the account is forgotten: it is what was paid."""

    __tablename__ = "carrier_calls"
    __table_args__ = (
        UniqueConstraint("carrier_id", "remote_id"),
        Index("ix_carrier_calls_carrier_id_began_at", "carrier_id", "began_at"),
        Index("ix_carrier_calls_began_at_id", "began_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    carrier_id: Mapped[str] = mapped_column(String(40))
    remote_id: Mapped[str] = mapped_column(String(200), comment="the carrier's")
    direction: Mapped[str] = mapped_column(String(8))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="as the carrier says")
    seconds: Mapped[int]
    sip_call_id: Mapped[str] = mapped_column(String(255), index=True, comment="empty: the carrier does not tell it")
    price: Mapped[str | None] = mapped_column(String(32), comment="decimal; null: not rated yet")
    currency: Mapped[str] = mapped_column(String(3), comment="ISO 4217, of the price")
    own_number: Mapped[str] = mapped_column(String(16), comment="whichever of the two is ours; empty: neither")
    fit: Mapped[str] = mapped_column(String(8), comment="gateway.costs.join.Fit; empty: nobody has looked yet")
    call_id: Mapped[str | None] = mapped_column(String(40), index=True, comment="our call that it is")
    trunk_id: Mapped[str] = mapped_column(String(40), comment="of that call")
    read_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when we first saw it")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pii_calling: Mapped[str] = mapped_column(String(256), index=True)
    pii_called: Mapped[str] = mapped_column(String(256), index=True)

    @property
    def emptied(self) -> bool:
        """What was personal is gone: from then on it is joined to nothing else."""
        return not self.pii_calling and not self.pii_called
