"""Properties: the strictest of all places wins, and no instant outside anybody's hours is ever allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.dialling.places import Spot, shipped_plan, whole, zones_of
from tests.unit.compliance.dialling.story import CONSENT, OHIO, asked, copy, facts, gate

STATES = sorted(place for place in shipped_plan().zones if place.startswith("US-"))
CODES = sorted(code for code, places in shipped_plan().of_code.items() if places[0].startswith("US-"))
INSTANTS = st.integers(1_767_225_600, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
PLACES = st.lists(st.sampled_from([*STATES, "US", "CA", "AU", "DE", "GB", "FR"]), min_size=1, max_size=4, unique=True)
CHANGES = [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)]
NEAR_CHANGES = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-1440, 2880)
)
ORDER = {"allow": 0, "not_now": 1, "refuse": 2}


def spots(places: list[str]) -> tuple[Spot, ...]:
    several = ((Spot(one, zones_of(one), "address_on_record"),) if one != "US" else whole("US") for one in places)
    return tuple(spot for some in several for spot in some)


def known(at: datetime, where: tuple[Spot, ...]) -> Any:
    consents = (replace(CONSENT, given_at=at - timedelta(days=1)),)
    countries = {"US": "us-national", "GB": "gb-tps"} | {one: one.lower() for one in ("CA", "AU", "DE", "FR")}
    lists = tuple(copy(register, place, dated=at.date()) for place, register in countries.items())
    return facts(spots=where, consents=consents, lists=(*lists, copy("gb-ctps", "GB", dated=at.date())))


@settings(max_examples=300)
@given(st.one_of(INSTANTS, NEAR_CHANGES), PLACES, st.sampled_from(["marketing", "informational"]))
def test_nothing_is_allowed_outside_the_hours_of_any_zone(at: datetime, places: list[str], purpose: Any) -> None:
    where = spots(places)
    found = gate(asked(at=at, purpose=purpose), known(at, where))
    for instant in [at] if found.verdict == "allow" else [found.next_at] if found.next_at else []:
        for spot in where:
            for zone in spot.zones:
                wall = instant.astimezone(ZoneInfo(zone))
                assert 8 <= wall.hour < 21 or (spot.place == "CA" and (wall.hour, wall.minute) < (21, 30)), (zone, wall)


@settings(max_examples=300)
@given(st.one_of(INSTANTS, NEAR_CHANGES), PLACES, st.sampled_from(STATES), st.booleans())
@example(datetime(2026, 11, 18, 17, tzinfo=UTC), ["US-OH"], "US-WA", True)
def test_one_more_place_never_makes_it_milder(at: datetime, places: list[str], more: str, ai_voice: bool) -> None:
    question = asked(at=at, ai_voice=ai_voice)
    one = gate(question, known(at, spots(places)))
    two = gate(question, known(at, spots([*places, more])))
    assert ORDER[two.verdict] >= ORDER[one.verdict]
    assert {reason.rule for reason in one.reasons} <= {reason.rule for reason in two.reasons}
    if one.next_at and two.next_at:
        assert two.next_at >= one.next_at


@settings(max_examples=200)
@given(st.one_of(INSTANTS, NEAR_CHANGES), st.sampled_from(CODES), st.sampled_from(["fixed", "unknown"]))
def test_at_the_next_instant_it_is_allowed_and_a_second_before_it_was_not(at: datetime, code: str, line: Any) -> None:
    number = f"+1{code}5550100"
    question = asked(number=number, at=at, purpose="informational")
    before = facts(number, line=line, consents=(replace(CONSENT, given_at=at - timedelta(days=1)),))
    found = gate(question, before)
    assert found.verdict in ("allow", "not_now")
    if found.next_at is not None:
        assert found.next_at > at
        assert gate(replace(question, at=found.next_at), before).verdict == "allow"
        assert gate(replace(question, at=found.next_at - timedelta(seconds=1)), before).verdict == "not_now"


@given(st.lists(INSTANTS, max_size=8), st.integers(1, 4), INSTANTS)
def test_never_more_often_than_allowed_in_any_span(dialled: list[datetime], most: int, at: datetime) -> None:
    limits = replace(asked().limits, per_day=most)
    near = tuple(at - timedelta(seconds=(at - one).total_seconds() % 200_000) for one in dialled)
    question = asked(at=at, limits=limits, purpose="emergency")
    found = gate(question, facts(OHIO, attempts=near))
    when = found.next_at or at
    assert sum(one > when - timedelta(days=1) for one in near) < most
    assert found.verdict == ("allow" if sum(one > at - timedelta(days=1) for one in near) < most else "not_now")
