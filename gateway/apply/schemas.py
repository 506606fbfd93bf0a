"""Plans as they go over REST."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.apply.document import Document
from gateway.apply.models import PlanRow, StepRow
from gateway.apply.step import Note, total
from gateway.rest.written import Written
from trunks.accounts.schemas import PriceShown, StepForPeople
from trunks.carriers.port import Money

PlanState = Literal["planned", "applying", "applied", "waiting", "failed", "stale", "undoing", "undone"]
StepState = Literal[
    "waiting", "under_way", "done", "people", "failed", "unknown", "not_reached", "undone", "kept"
]  # fmt: skip
STATE = (
    "waiting: people, or the carrier, have to go on; plan again then. stale: something had changed since it was made"
)


class PlanAsked(Written):
    document: Document = Field(description="what is wanted: docs/carriers.md")


class StepShown(BaseModel):
    act: str
    key: str
    words: str
    carrier: str
    risk: str
    state: StepState = Field(description="unknown: nobody knows whether it was bought; the next plan finds out")
    once: PriceShown | None
    monthly: PriceShown | None
    human: list[StepForPeople]
    problem: str
    todo: str


class NoteShown(BaseModel):
    kind: Literal["drift", "orphan", "people", "cannot"]
    about: str
    words: str
    link: str


class PlanShown(BaseModel):
    id: str
    state: PlanState = Field(description=STATE)
    steps: list[StepShown]
    notes: list[NoteShown]
    once: list[PriceShown] = Field(description="what all of it costs, per currency, as far as the carriers say")
    monthly: list[PriceShown]
    spent_once: list[PriceShown] = Field(description="of that, what is done")
    spent_monthly: list[PriceShown]
    unsure: list[str] = Field(description="purchases of which nobody knows yet")
    problem: str
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


class PlanListed(BaseModel):
    id: str
    state: PlanState
    problem: str
    created_at: datetime
    ended_at: datetime | None


class DriftShown(BaseModel):
    """What has changed behind our back. `steps`: what a plan of what we have would do."""

    steps: list[str]
    notes: list[NoteShown]


class Exported(BaseModel):
    document: dict[str, Any]
    left_out: list[str] = Field(description="what the file cannot say, in words")


def show_plan(plan: PlanRow, steps: list[StepRow]) -> PlanShown:
    done = [one for one in steps if one.state in ("done", "kept") and one.act == "number.buy"]
    return PlanShown(
        id=plan.id, state=plan.state,  # type: ignore[arg-type]
        steps=[_step(one) for one in steps], notes=[NoteShown.model_validate(one) for one in plan.notes],
        once=_sum(steps, "once"), monthly=_sum(steps, "monthly"), spent_once=_sum(done, "once"),
        spent_monthly=_sum(done, "monthly"), unsure=[one.key for one in steps if one.state == "unknown"],
        problem=plan.problem, created_at=plan.created_at, began_at=plan.began_at, ended_at=plan.ended_at,
    )  # fmt: skip


def show_note(note: Note) -> NoteShown:
    return NoteShown(**vars(note))


def _step(row: StepRow) -> StepShown:
    return StepShown(
        act=row.act, key=row.key, words=row.words, carrier=row.carrier, risk=row.risk,
        state=row.state,  # type: ignore[arg-type]
        once=_price(row.once, row.currency), monthly=_price(row.monthly, row.currency),
        human=[StepForPeople.model_validate(one) for one in row.human], problem=row.problem, todo=row.todo,
    )  # fmt: skip


def _price(amount: str | None, currency: str) -> PriceShown | None:
    return PriceShown(amount=amount, currency=currency) if amount is not None else None


def _sum(steps: list[StepRow], which: Literal["once", "monthly"]) -> list[PriceShown]:
    amounts = [(getattr(one, which), one.currency) for one in steps]
    money = [Money(Decimal(amount), currency) for amount, currency in amounts if amount is not None]
    return [PriceShown(amount=str(one.amount), currency=one.currency) for one in total([*money])]
