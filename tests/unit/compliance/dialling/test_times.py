"""Out of hours, on holidays, too often, out of money: not now, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from compliance.dialling.asked import Calendar, Caps, Destination, OwnLimits, OwnWindow
from tests.unit.compliance.dialling.story import CONSENT, NO_HOLIDAYS, NOON, OHIO, asked, copy, facts, gate, utc

FLORIDA, INDIANA = "+13055550100", "+12192840000"


@pytest.mark.parametrize(
    ("number", "at", "next_at"),
    [
        (OHIO, "2026-11-18T12:59", "2026-11-18T13:00"),  # 7:59 in Ohio
        (OHIO, "2026-11-19T02:00", "2026-11-19T13:00"),  # 21:00
        (INDIANA, "2026-11-18T13:30", "2026-11-18T14:00"),  # 8:30 in Indianapolis, 7:30 in Gary
        (INDIANA, "2026-11-19T02:30", "2026-11-19T14:00"),  # 20:30 in Gary, 21:30 in Indianapolis
        (FLORIDA, "2026-11-19T01:00", "2026-11-19T14:00"),  # 20:00 in Miami is late; 8:00 in Pensacola begins
        ("+12145550100", "2026-11-22T17:00", "2026-11-22T19:00"),  # a Sunday in Texas: 12:00 in El Paso
        ("+14015550100", "2026-11-18T23:00", "2026-11-19T14:00"),  # Rhode Island ends at 18:00
        ("+12055550100", "2026-11-22T18:00", "2026-11-23T14:00"),  # Alabama has no Sunday
        (OHIO, "2026-03-08T11:30", "2026-03-08T12:00"),  # clocks were set forward: 8:00 comes an hour sooner
        (OHIO, "2026-11-01T12:30", "2026-11-01T13:00"),  # and set back: an hour later
        (OHIO, "2028-02-29T12:30", "2028-02-29T13:00"),
    ],
)
def test_out_of_hours_is_not_now_and_says_when(number: str, at: str, next_at: str) -> None:
    lists = (copy(dated=utc(at).date()),)
    consents = (replace(CONSENT, given_at=utc("2026-01-01T00:00")),)
    question, known = asked(number=number, at=utc(at)), facts(number, lists=lists, consents=consents)
    found = gate(question, known)
    assert (found.verdict, found.next_at) == ("not_now", utc(next_at))
    assert {one.check for one in found.reasons} == {"hours"}
    assert gate(replace(question, at=utc(next_at)), known).verdict == "allow"


def test_the_library_alone_would_call_gary_an_hour_early() -> None:
    eight_in_new_york = asked(number=INDIANA, at=utc("2026-11-18T13:00"))
    (reason,) = gate(eight_in_new_york, facts(INDIANA)).reasons
    assert (reason.rule, reason.zones) == ("us-hours", ("America/Chicago",))


def test_holidays_that_nobody_knows_refuse_and_known_ones_wait() -> None:
    number, at = "+12055550100", utc("2026-11-26T18:00")
    question, lists = asked(number=number, at=at), (copy(dated=at.date()),)
    unknown = gate(question, facts(number, holidays={}, lists=lists))
    assert unknown.verdict == "refuse" and "holidays" in unknown.reasons[0].says
    calendar = Calendar(frozenset({2026}), frozenset({date(2026, 11, 26)}))
    found = gate(question, facts(number, holidays=NO_HOLIDAYS | {"US-AL": calendar}, lists=lists))
    assert (found.verdict, found.next_at) == ("not_now", utc("2026-11-27T14:00"))


def test_attempts_wait_until_the_oldest_is_out_of_the_span() -> None:
    dialled = tuple(NOON + timedelta(hours=2) - timedelta(hours=hours) for hours in (23, 20, 2))
    question = asked(number=FLORIDA, at=NOON + timedelta(hours=2))
    found = gate(question, facts(FLORIDA, attempts=dialled))
    assert (found.verdict, found.next_at) == ("not_now", NOON + timedelta(hours=3))
    assert gate(question, facts(FLORIDA, attempts=dialled[1:])).verdict == "allow"
    weekly = gate(replace(question, limits=OwnLimits(per_week=2)), facts(FLORIDA, attempts=dialled[1:]))
    assert weekly.next_at == dialled[1] + timedelta(days=7)


def test_the_own_window_holds_beside_the_law_and_one_that_contradicts_it_is_never_open() -> None:
    hours = (10 * 60, 12 * 60)
    window = OwnWindow((hours,) * 5 + (None, None), "Europe/London")
    found = gate(asked(window=window))  # 17:00 in London
    assert (found.verdict, found.next_at) == ("refuse", None)  # 12:00 in London is 7:00 in Ohio
    theirs = replace(window, zone="")
    waits = gate(asked(window=theirs))
    assert (waits.verdict, waits.next_at) == ("not_now", NOON + timedelta(hours=22))
    friday = gate(asked(window=replace(theirs, days_off=frozenset({date(2026, 11, 19)}))))
    assert friday.next_at == NOON + timedelta(days=1, hours=22)


def test_money_and_lines_that_are_used_up_wait() -> None:
    spent = gate(asked(), facts(caps=Caps(minutes_left=0)))
    assert (spent.verdict, spent.next_at) == ("not_now", utc("2026-11-19T00:00"))
    full = gate(asked(), facts(caps=Caps(open_calls=3, max_calls=3)))
    assert (full.verdict, full.next_at) == ("not_now", NOON + timedelta(seconds=5))
    late = gate(asked(at=utc("2026-11-19T01:59")), facts(caps=Caps(minutes_left=0)))
    assert late.next_at == utc("2026-11-20T00:00"), "the money of the next day, within the hours"


def test_a_country_without_hours_has_the_narrowest_of_all() -> None:
    destination = Destination(("ordinary",), ("DE",), ("DE",))
    german = facts("+4930901820", destination=destination)
    noon, evening, sunday = (asked(number="+4930901820", at=utc(at)) for at in (
        "2026-11-18T12:00", "2026-11-18T17:00", "2026-11-22T12:00",
    ))  # fmt: skip
    assert [gate(one, german).verdict for one in (noon, evening, sunday)] == ["allow", "not_now", "not_now"]
