"""Tables of the call record. Personal data stands only in columns named `pii`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime

_Position = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only plain INTEGER keys


class CallRow(Base):
    """The folded call, written with its events in one transaction, by the runner only."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_created_at", "created_at"),
        Index("ix_calls_status_trunk_id", "status", "trunk_id"),
        Index("ix_calls_trunk_id_created_at", "trunk_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(comment="seq of the last event")
    status: Mapped[str] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(16))
    sip_call_id: Mapped[str] = mapped_column(String(255), index=True, comment="cut to 255 characters")
    node: Mapped[str] = mapped_column(String(100))
    trunk_id: Mapped[str] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(default=0, comment="out: begun minutes; while it is open, all it may last")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="the INVITE")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, comment="when we first heard of it")
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="when a node last said it has it")
    state: Mapped[dict[str, Any]] = mapped_column(JSON, comment="Call without its pii")
    pii: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallEventRow(Base):
    """Append-only. `position` orders the log of all calls, `seq` that of one call."""

    __tablename__ = "call_events"
    __table_args__ = (
        UniqueConstraint("call_id", "seq"),
        Index("ix_call_events_call_id_fact_id", "call_id", "fact_id"),
        Index("ix_call_events_kind_at", "kind", "at"),
    )

    position: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(100))
    source_seq: Mapped[int] = mapped_column(BigInteger)
    fact_id: Mapped[str] = mapped_column(String(128))
    late: Mapped[bool] = mapped_column(Boolean)
    repeated: Mapped[bool] = mapped_column(Boolean)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    pii: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallEffectRow(Base):
    """What was to be done. Open until `done_at`; whoever carries it out holds it until `lease_until`."""

    __tablename__ = "call_effects"
    __table_args__ = (Index("ix_call_effects_done_at_lease_until", "done_at", "lease_until"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(40), index=True)
    place: Mapped[int] = mapped_column(comment="order within the call")
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    pii: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(String(32), comment="done, dropped or an error code")


class SipNodeRow(Base):
    """Signs of life of a SIP node of ours."""

    __tablename__ = "sip_nodes"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    alive_at: Mapped[datetime] = mapped_column(UtcDateTime)
    calls: Mapped[int]


class RefusalRow(Base):
    """A call that was refused, for who asks why; written with the events that say so."""

    __tablename__ = "refusals"

    call_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    direction: Mapped[str] = mapped_column(String(16))
    sip_call_id: Mapped[str] = mapped_column(String(255), index=True, comment="cut to 255 characters")
    sip_code: Mapped[int | None]
    slug: Mapped[str] = mapped_column(String(40), index=True)
    pii_caller: Mapped[str] = mapped_column(String(256), index=True)
    pii_number: Mapped[str] = mapped_column(String(256), index=True)


class RefusedSourceRow(Base):
    """INVITEs refused without a trunk, per source address and minute; a scanner makes no more than this row."""

    __tablename__ = "refused_sources"

    pii: Mapped[str] = mapped_column(String(64), primary_key=True, comment="source address")
    minute: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    refused: Mapped[int]
