"""Tables of campaigns. Personal data stands only in columns whose names begin with `pii`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime

_Position = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only plain INTEGER keys


class CampaignRow(Base):
    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(8), index=True, comment="gateway.campaigns.terms.State")
    why: Mapped[str] = mapped_column(String(300), comment="of the state, in a sentence; empty: somebody asked for it")
    terms: Mapped[dict[str, Any]] = mapped_column(JSON, comment="gateway.campaigns.terms.Terms")
    contacts: Mapped[int] = mapped_column(default=0)
    spent: Mapped[str] = mapped_column(String(32), default="0", comment="decimal: costs of its attempts")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContactRow(Base):
    """One number of one campaign. `next_at`: not before."""

    __tablename__ = "campaign_contacts"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number_hash"),
        Index("ix_campaign_contacts_due", "campaign_id", "state", "next_at", "position"),
    )

    position: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(8), comment="gateway.campaigns.terms.ContactState")
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, comment="so many rows of campaign_attempts")
    outcome: Mapped[str] = mapped_column(String(16), default="", comment="of the last attempt, or of the gate")
    why: Mapped[str] = mapped_column(String(40), default="", comment="the first check of the gate that refused")
    import_id: Mapped[str] = mapped_column(String(40), default="", comment="empty: it came by the API")
    line: Mapped[int] = mapped_column(default=0, comment="of the file, from 1")
    ref: Mapped[str] = mapped_column(String(100), default="", comment="the operator's own name for the row")
    place: Mapped[str] = mapped_column(String(6), default="", comment="ISO 3166, of the address on record")
    phone_line: Mapped[str] = mapped_column(String(8), default="unknown", comment="compliance.dialling.terms.Line")
    number_hash: Mapped[str] = mapped_column(String(64), comment="keyed; stays when the number is erased")
    pii_number: Mapped[str] = mapped_column(String(16), comment="E.164; empty once erased")
    pii: Mapped[dict[str, str]] = mapped_column(JSON, comment="variables for the agent")


class AttemptRow(Base):
    """One dial of one contact: written before the INVITE, and never dialled again. The record of 16 CFR 310.5 too."""

    __tablename__ = "campaign_attempts"
    __table_args__ = (
        UniqueConstraint("campaign_id", "position", "n"),
        Index("ix_campaign_attempts_number_hash_dialled_at", "number_hash", "dialled_at"),
        Index("ix_campaign_attempts_campaign_id_state_ended_at", "campaign_id", "state", "ended_at"),
        Index("ix_campaign_attempts_state_claimed_at", "state", "claimed_at"),
        Index("ix_campaign_attempts_campaign_id_id", "campaign_id", "id"),  # its list, in the order of time
        Index("ix_campaign_attempts_campaign_id_outcome_agent_at", "campaign_id", "outcome", "agent_at"),  # its counts
        # nobody is dialled twice at the same time, not even by two campaigns
        Index(
            "ux_campaign_attempts_open_number", "number_hash", unique=True,
            sqlite_where=text("state <> 'ended'"), postgresql_where=text("state <> 'ended'"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(BigInteger, comment="the contact")
    n: Mapped[int] = mapped_column(comment="of this contact, from 1")
    state: Mapped[str] = mapped_column(String(8), comment="gateway.campaigns.terms.AttemptState")
    outcome: Mapped[str] = mapped_column(String(16), default="", comment="gateway.campaigns.terms.Outcome")
    counts: Mapped[bool] = mapped_column(Boolean, default=False, comment="against how often somebody may be called")
    dialler: Mapped[str] = mapped_column(String(100), comment="executor id of who claimed it")
    trunk_id: Mapped[str] = mapped_column(String(40), default="")
    agent_id: Mapped[str] = mapped_column(String(40), default="")
    call_id: Mapped[str] = mapped_column(String(40), default="", index=True)
    sip_code: Mapped[int | None]
    machine: Mapped[str] = mapped_column(String(12), default="", comment="gateway.calls.dial_facts.Answerer")
    decided_ms: Mapped[int | None] = mapped_column(comment="from the answer to that")
    disposition: Mapped[str] = mapped_column(String(40), default="", comment="the agent's word")
    seconds: Mapped[int] = mapped_column(default=0, comment="from the answer to the end")
    cost: Mapped[str | None] = mapped_column(String(32), comment="decimal; null: the trunk has no price")
    currency: Mapped[str] = mapped_column(String(3), default="")
    gate: Mapped[dict[str, Any]] = mapped_column(JSON, comment="the GateDecision that let it through, or did not")
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dialled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="committed before the INVITE")
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="the agent was there; before dialled_at")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    number_hash: Mapped[str] = mapped_column(String(64))
    pii: Mapped[dict[str, str]] = mapped_column(JSON, comment="number, shows; of who answered: name and words")


class RefusedRow(Base):
    """What the gate said against dialling a contact, before there was an attempt. Kept with every reason."""

    __tablename__ = "campaign_refusals"
    __table_args__ = (
        Index("ix_campaign_refusals_contact", "campaign_id", "position"),
        Index("ix_campaign_refusals_campaign_id_id", "campaign_id", "id"),  # its list, in the order of time
    )

    id: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(BigInteger, comment="the contact")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[str] = mapped_column(String(8), comment="refuse or not_now")
    gate: Mapped[dict[str, Any]] = mapped_column(JSON, comment="compliance.dialling.decision.GateDecision")


class PaceRow(Base):
    """When the next dial may begin: of a trunk, or of a campaign. `limited`: refusals of the carrier in a row."""

    __tablename__ = "campaign_paces"

    of: Mapped[str] = mapped_column(String(40), primary_key=True, comment="trk_… or cmp_…")
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    limited: Mapped[int] = mapped_column(default=0)
    limited_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportRow(Base):
    """One file of contacts. Each line is a contact, repeated, or rejected."""

    __tablename__ = "campaign_imports"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(8), comment="reading, done, or broken: it was not read to its end")
    rows: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0, comment="numbers that the campaign has already")
    rejected: Mapped[int] = mapped_column(default=0)
    encoding: Mapped[str] = mapped_column(String(40), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="", comment="of the bytes")
    why: Mapped[str] = mapped_column(String(300), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RejectedRow(Base):
    """A line of a file that is no contact, and why; nothing of its content."""

    __tablename__ = "campaign_rejected_lines"
    __table_args__ = (Index("ix_campaign_rejected_lines_import", "import_id", "line"),)

    id: Mapped[int] = mapped_column(_Position, primary_key=True, autoincrement=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("campaign_imports.id", ondelete="CASCADE"))
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(200))


class DiallerRow(Base):
    """Signs of life of a process that dials; one without is dead, and its work is taken over."""

    __tablename__ = "diallers"

    id: Mapped[str] = mapped_column(String(100), primary_key=True, comment="its executor id")
    alive_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
