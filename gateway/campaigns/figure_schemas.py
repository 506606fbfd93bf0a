"""A campaign's figures as they go over REST. No number of anybody is in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from gateway.campaigns.abandonment import share
from gateway.campaigns.figures import ANSWER_STEP_S, DaySums, Figures


class Cost(BaseModel):
    amount: str
    currency: str


class DayShown(BaseModel):
    """By the clocks of the zone. 47 CFR 64.1200(a)(7) bounds `abandoned_share` to 0.03 in 30 days."""

    day: date
    dialled: int
    rang: int
    answered: int = Field(description="by people")
    machines: int
    abandoned: int = Field(description="a person answered, and no agent was there within 2 s")
    abandoned_share: Decimal | None = Field(description="of answers, from 0 to 1; null: none")
    seconds: int = Field(description="on the line")
    costs: list[Cost] = Field(description="empty: the trunk has no price")


class DaysShown(BaseModel):
    """Days on which nobody was dialled are left out."""

    zone: str
    data: list[DayShown]
    last_30_days: DayShown = Field(description="up to the end of the last of them, added up; `day` is its first")


class Step(BaseModel):
    at: datetime
    dials: int
    answered: int


class Waited(BaseModel):
    """So many answers came from `seconds` on, within `step_s`."""

    seconds: int
    answers: int


class FiguresShown(BaseModel):
    """All that a report is made of."""

    campaign_id: str
    name: str
    state: str
    why: str
    made_at: datetime
    zone: str
    started_at: datetime | None
    ended_at: datetime | None
    contacts: dict[str, int] = Field(description="by state")
    outcomes: dict[str, int] = Field(description="of dials")
    not_dialled: dict[str, int] = Field(description="attempts that ended before anything was dialled, by outcome")
    refusals: dict[str, int] = Field(description="contacts that were refused, or wait, by the gate's first check")
    answered_by: dict[str, int]
    step_s: int
    series: list[Step]
    answer_step_s: int = ANSWER_STEP_S
    until_answered: list[Waited]
    target_per_s: float | None = Field(description="null: no bound")
    days: list[DayShown]


def day(at: date, sums: DaySums) -> DayShown:
    costs = [Cost(amount=f"{amount:f}", currency=one) for one, amount in sorted(sums.costs.items())]
    return DayShown(
        day=at, dialled=sums.dialled, rang=sums.rang, answered=sums.answered, machines=sums.machines,
        abandoned=sums.abandoned, abandoned_share=share(sums.abandoned, sums.answered), seconds=sums.seconds,
        costs=costs,
    )  # fmt: skip


def days(figures: Figures) -> list[DayShown]:
    return [day(at, sums) for at, sums in sorted(figures.days.items())]


def added(some: Iterable[DaySums]) -> DaySums:
    total = DaySums()
    for one in some:
        total.dialled, total.rang, total.answered = (
            total.dialled + one.dialled, total.rang + one.rang, total.answered + one.answered,
        )  # fmt: skip
        total.machines, total.abandoned = total.machines + one.machines, total.abandoned + one.abandoned
        total.seconds += one.seconds
        for currency, amount in one.costs.items():
            total.costs[currency] = total.costs.get(currency, Decimal(0)) + amount
    return total


def steps(figures: Figures) -> list[Step]:
    found = figures.series.steps()
    return [Step(at=datetime.fromtimestamp(at, UTC), dials=dials, answered=answers) for at, dials, answers in found]


def waited(figures: Figures) -> list[Waited]:
    return [Waited(seconds=seconds, answers=count) for seconds, count in sorted(figures.until_answered.items())]
