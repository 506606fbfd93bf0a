"""Opening hours by the clocks of a zone, whatever those clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.dialling.week import ALWAYS, Clock, both

DAY = ((8 * 60, 21 * 60),) * 7
ZONES = [
    "America/New_York",
    "America/Adak",
    "America/Phoenix",
    "Australia/Lord_Howe",
    "Europe/London",
    "America/St_Johns",
]
INSTANTS = st.integers(1_704_067_200, 1_890_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
MINUTES = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-03-07T12:59", False),  # the day before clocks are set forward: 7:59 of winter
        ("2026-03-07T13:00", True),
        ("2026-03-08T11:59", False),  # the day they are: 7:59 of summer
        ("2026-03-08T12:00", True),
        ("2026-03-09T00:59", True),  # 20:59
        ("2026-03-09T01:00", False),  # 21:00
        ("2026-11-01T12:59", False),  # the day they are set back: 7:59 of winter
        ("2026-11-01T13:00", True),
        ("2026-11-02T01:59:59", True),
        ("2026-11-02T02:00", False),
        ("2028-02-29T13:00", True),  # a leap day
        ("2028-02-29T12:59:59", False),
    ],
)
def test_hours_are_those_of_the_wall_clock_on_the_days_that_clocks_change(at: str, is_open: bool) -> None:
    assert Clock("America/New_York", DAY).is_open(utc(at)) is is_open


def test_hours_begin_when_clocks_are_set_forward_over_their_beginning() -> None:
    night = Clock("America/New_York", ((150, 300),) * 7)  # from 2:30, which 8 March does not have
    assert night.opens(utc("2026-03-08T06:00")) == utc("2026-03-08T07:00")
    assert night.is_open(utc("2026-03-08T07:00")) and not night.is_open(utc("2026-03-08T06:59:59"))


def test_hours_of_an_hour_that_comes_twice_begin_twice() -> None:
    night = Clock("America/New_York", ((90, 115),) * 7)  # 1:30 to 1:55, twice on 1 November
    assert night.opens(utc("2026-11-01T05:00")) == utc("2026-11-01T05:30")
    assert night.opens(utc("2026-11-01T05:58")) == utc("2026-11-01T06:30")


def test_days_off_and_years_that_nobody_spoke_of_are_closed() -> None:
    thanksgiving = Clock("America/Chicago", DAY, frozenset({date(2026, 11, 26)}), frozenset({2026}))
    assert thanksgiving.opens(utc("2026-11-26T18:00")) == utc("2026-11-27T14:00")
    assert thanksgiving.opens(utc("2026-12-31T18:00")) == utc("2026-12-31T18:00")
    assert thanksgiving.opens(utc("2027-01-01T18:00")) is None


def test_what_is_never_open_has_no_beginning() -> None:
    closed = both(DAY, ((21 * 60, 24 * 60),) * 7)
    assert closed == (None,) * 7 and Clock("UTC", closed).opens(utc("2026-01-01T00:00")) is None
    assert both(ALWAYS, DAY) == DAY


@given(INSTANTS, st.sampled_from(ZONES), MINUTES)
def test_open_is_what_the_wall_clock_says_and_the_next_opening_is_open_and_no_opening_was_before(
    at: datetime, zone: str, hours: tuple[int, int]
) -> None:
    clock = Clock(zone, (hours,) * 7)
    wall = at.astimezone(ZoneInfo(zone))
    assert clock.is_open(at) == (hours[0] <= wall.hour * 60 + wall.minute < hours[1])
    opens = clock.opens(at)
    assert opens is not None and opens >= at and clock.is_open(opens)
    if opens > at:
        assert opens - at <= timedelta(days=2) and not clock.is_open(opens - timedelta(seconds=1))
