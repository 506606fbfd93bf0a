"""Dials added up: by day, over time, until the answer."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.campaigns.abandonment import is_abandoned, share
from gateway.campaigns.figure_schemas import added
from gateway.campaigns.figures import MOST_STEPS, STEPS_S, Dial, Figures, Series

AT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)


def dial(at: datetime = AT, outcome: str = "answered", waited_s: float | None = 5, **fields: object) -> Dial:
    answered_at = at + timedelta(seconds=waited_s) if waited_s is not None else None
    given = {"agent_at": at, "answered_by": "human", "seconds": 20, "cost": "0.01", "currency": "USD"} | fields
    return Dial(at, outcome, answered_at, **given)  # pyright: ignore[reportArgumentType]


def test_a_day_begins_by_the_clocks_of_its_zone() -> None:
    figures = {zone: Figures(zone) for zone in ("UTC", "Europe/Berlin", "America/New_York")}
    for one in figures.values():
        one.add(dial())
    assert [list(one.days) for one in figures.values()] == [
        [date(2026, 11, 18)], [date(2026, 11, 19)], [date(2026, 11, 18)],
    ]  # fmt: skip


def test_people_machines_and_what_never_rang_are_told_apart() -> None:
    figures = Figures("UTC")
    for outcome in ("answered", "voicemail", "message_left", "screened", "busy", "failed", "unknown", ""):
        figures.add(dial(outcome=outcome, waited_s=None))
    (day,) = figures.days.values()
    assert (day.dialled, day.rang, day.answered, day.machines) == (8, 6, 1, 3)
    assert figures.outcomes["under way"] == 1


ANSWERED_AFTER_5_S = [
    ("answered", 0, False), ("answered", 7, False), ("answered", 7.1, True), ("answered", None, True),
    ("voicemail", None, False),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "agent_s", "abandoned"), ANSWERED_AFTER_5_S)
def test_two_seconds_after_a_persons_answer_somebody_has_to_be_there(
    outcome: str, agent_s: float | None, abandoned: bool
) -> None:
    agent_at = AT + timedelta(seconds=agent_s) if agent_s is not None else None
    assert is_abandoned(outcome, AT + timedelta(seconds=5), agent_at) is abandoned


def test_a_share_of_nothing_is_none() -> None:
    assert (share(0, 0), share(1, 3), share(0, 9)) == (None, Decimal("0.3333"), Decimal(0))


def test_costs_of_several_currencies_stay_apart() -> None:
    figures = Figures("UTC")
    for cost, currency in (("0.01", "USD"), ("0.02", "EUR"), (None, ""), ("0.005", "USD")):
        figures.add(dial(cost=cost, currency=currency))
    total = added([*figures.days.values(), *figures.days.values()])
    assert total.costs == {"USD": Decimal("0.030"), "EUR": Decimal("0.04")} and total.dialled == 8


def test_the_wait_for_an_answer_is_in_steps_and_the_last_takes_the_rest() -> None:
    figures = Figures("UTC")
    for waited in (0, 1.9, 2, 3.5, 500, None):
        figures.add(dial(waited_s=waited))
    assert figures.until_answered == {0: 2, 2: 2, 120: 1}


def test_a_short_campaign_has_fine_steps_and_empty_ones_between() -> None:
    series = Series()
    for seconds in (0, 1, 12):
        series.add(AT + timedelta(seconds=seconds), answered=seconds == 1)
    first = int(AT.timestamp())
    assert series.step_s == STEPS_S[0]
    assert series.steps() == [(first, 2, 1), (first + 5, 0, 0), (first + 10, 1, 0)]


def test_however_long_it_goes_on_the_steps_stay_few_and_none_is_lost() -> None:
    series, places = Series(), list(range(0, 90 * 86_400, 601))
    random.Random(1).shuffle(places)
    for seconds in places:
        series.add(AT + timedelta(seconds=seconds), answered=seconds % 2 == 0)
    steps = series.steps()
    assert len(steps) <= MOST_STEPS + 1
    assert sum(dials for _, dials, _ in steps) == len(places)
    assert sum(answers for _, _, answers in steps) == sum(one % 2 == 0 for one in places)
    assert steps[0][0] <= AT.timestamp() < steps[0][0] + series.step_s
    assert all(at % series.step_s == 0 for at, _, _ in steps)


def test_nothing_dialled_is_nothing_drawn() -> None:
    assert Series().steps() == []
