"""Tables of plans: the file as it was, and each step with what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime


class PlanRow(Base):
    """`running` is the same for every plan that is being carried out, and unique: there is one at a time."""

    __tablename__ = "plans"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    document: Mapped[str] = mapped_column(Text, comment="sealed JSON: it may hold PINs")
    base: Mapped[str] = mapped_column(String(64), comment="hash of what there was")
    notes: Mapped[list[dict[str, str]]] = mapped_column(JSON, comment="drift, orphans, what people have to do")
    by: Mapped[str] = mapped_column(String(40), comment="the key that asked for it")
    problem: Mapped[str] = mapped_column(String(500), default="")
    running: Mapped[str | None] = mapped_column(String(8), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StepRow(Base):
    """`key` says what it is about, and is the same in every plan that is about it: `number:hotline`."""

    __tablename__ = "plan_steps"
    __table_args__ = (Index("ix_plan_steps_plan_id_place", "plan_id", "place", unique=True),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(comment="in the order of the plan, from 0")
    act: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(100))
    words: Mapped[str] = mapped_column(String(500))
    carrier: Mapped[str] = mapped_column(String(40), default="", comment="the account's name; empty: here only")
    risk: Mapped[str] = mapped_column(String(12))
    needs: Mapped[list[int]] = mapped_column(JSON, comment="places of the steps before it")
    given: Mapped[str] = mapped_column(Text, comment="sealed JSON: what it needs to know, which may hold PINs")
    human: Mapped[list[dict[str, str]]] = mapped_column(JSON, comment="what only people can do")
    once: Mapped[str | None] = mapped_column(String(16), comment="decimal")
    monthly: Mapped[str | None] = mapped_column(String(16), comment="decimal")
    currency: Mapped[str] = mapped_column(String(3), default="")
    state: Mapped[str] = mapped_column(String(12))
    made: Mapped[dict[str, Any]] = mapped_column(JSON, comment="what came of it; how to undo it")
    problem: Mapped[str] = mapped_column(String(500), default="")
    todo: Mapped[str] = mapped_column(String(300), default="")
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
