"""Where whoever has a number may be: every place, every zone."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone
from phonenumbers.geodata import GEOCODE_DATA

from compliance.dialling.places import shipped_plan, spots_of, whole, zones_of

PLAN = shipped_plan()
NEW_YORK, CHICAGO, DENVER, LOS_ANGELES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
)  # fmt: skip
TWO_ZONES = {
    "US-AK": {"America/Anchorage", "America/Adak"},
    "US-AZ": {"America/Phoenix", DENVER},
    "US-FL": {NEW_YORK, CHICAGO},
    "US-ID": {"America/Boise", LOS_ANGELES},
    "US-IN": {NEW_YORK, CHICAGO},
    "US-KS": {CHICAGO, DENVER},
    "US-KY": {NEW_YORK, CHICAGO},
    "US-MI": {"America/Detroit", CHICAGO},
    "US-NE": {CHICAGO, DENVER},
    "US-NV": {LOS_ANGELES, DENVER},
    "US-ND": {CHICAGO, DENVER},
    "US-OR": {LOS_ANGELES, "America/Boise"},
    "US-SD": {CHICAGO, DENVER},
    "US-TN": {NEW_YORK, CHICAGO},
    "US-TX": {CHICAGO, DENVER},
}
# exchanges of which the library says one zone, in codes that have two
SPLIT = [
    ("+12192840000", "US-IN", CHICAGO), ("+18505550100", "US-FL", CHICAGO), ("+18125550100", "US-IN", CHICAGO),
    ("+12705550100", "US-KY", CHICAGO), ("+14235550100", "US-TN", NEW_YORK), ("+19155550100", "US-TX", DENVER),
    ("+19065550100", "US-MI", CHICAGO), ("+12085550100", "US-ID", LOS_ANGELES),
    ("+15415550100", "US-OR", "America/Boise"),
]  # fmt: skip


@pytest.mark.parametrize("state", sorted(TWO_ZONES))
def test_a_state_with_two_zones_has_both(state: str) -> None:
    assert set(PLAN.zones[state]) == TWO_ZONES[state]


def test_every_other_state_has_one_zone_and_all_51_are_there() -> None:
    states = {place: zones for place, zones in PLAN.zones.items() if place.startswith("US-")}
    assert len(states) == 51
    assert {place for place, zones in states.items() if len(zones) > 1} == TWO_ZONES.keys()


@pytest.mark.parametrize(("number", "state", "zone"), SPLIT)
def test_a_number_of_a_split_area_code_has_both_zones_of_its_state(number: str, state: str, zone: str) -> None:
    (spot,) = spots_of(number, line="fixed")
    of_library = set(timezone.time_zones_for_number(phonenumbers.parse(number)))
    assert (spot.place, spot.evidence) == (state, "area_code")
    assert {zone, *of_library} <= set(spot.zones) and set(spot.zones) >= TWO_ZONES[state]


def test_every_area_code_that_the_library_knows_a_place_of_has_one_and_its_zone_is_among_them() -> None:
    codes = {code[1:]: names["en"] for code, names in GEOCODE_DATA.items() if len(code) == 4 and code[0] == "1"}
    assert codes.keys() == PLAN.of_code.keys()
    for code in codes:
        places = PLAN.of_code[code]
        parsed = phonenumbers.parse(f"+1{code}5550100")
        spots = spots_of(f"+1{code}5550100", line="fixed")
        if phonenumbers.region_code_for_number(parsed) not in ("US", "CA"):
            continue
        assert {spot.place for spot in spots} == set(places), code
        zones = {zone for spot in spots for zone in spot.zones}
        if len(found := timezone.time_zones_for_number(parsed)) < 10:  # a code that is too new is said to be anywhere
            assert set(found) <= zones, code


def test_a_number_that_may_be_mobile_or_was_ported_may_be_anywhere_in_its_country() -> None:
    states = {place for place in PLAN.zones if place.startswith("US-")}
    for line in ("unknown", "mobile", "ported"):
        assert {spot.place for spot in spots_of("+12125550100", line=line)} == states  # type: ignore[arg-type]
    (german,) = {spot.zones for spot in spots_of("+4930901820")}
    assert german == ("Europe/Berlin",)
    australian = spots_of("+61412345678")
    assert {"Australia/Perth", "Australia/Sydney"} <= {zone for spot in australian for zone in spot.zones}
    ported = {zone for spot in spots_of("+61291234567", line="ported") for zone in spot.zones}
    assert "Australia/Perth" in ported and [spot.zones for spot in spots_of("+61291234567")] == [("Australia/Sydney",)]


def test_an_address_on_record_adds_its_place_and_the_area_code_stays() -> None:
    spots = spots_of("+13055550100", ("US-TX",))
    assert [(spot.place, spot.evidence) for spot in spots] == [("US-TX", "address_on_record"), ("US-FL", "area_code")]
    assert set(spots[0].zones) == TWO_ZONES["US-TX"]


def test_an_address_of_no_state_is_in_all_of_them() -> None:
    for address in ("US", "US-XX"):
        states = {spot.place for spot in spots_of("+13055550100", (address,))}
        assert states == {spot.place for spot in whole("US")}
    assert [spot.place for spot in spots_of("+4930901820", ("DE-BE",))] == ["DE-BE", "DE"]


def test_a_code_of_no_state_is_the_whole_country_and_what_is_no_number_is_nowhere() -> None:
    assert {spot.place for spot in spots_of("+18005550100", line="fixed")} == {spot.place for spot in whole("US")}
    for nowhere in ("+881612345678", "alice", ""):
        assert [(spot.place, spot.zones) for spot in spots_of(nowhere)] == [("", ())]


def test_a_country_of_the_north_american_plan_is_not_the_whole_continent() -> None:
    assert zones_of("JM") == ("America/Jamaica",)
    assert set(zones_of("US")) >= {"Pacific/Honolulu", NEW_YORK} and zones_of("US-XX") == zones_of("US")


@given(st.integers(2_000_000_000, 9_999_999_999))
def test_whoever_may_have_moved_is_in_no_fewer_places(number: int) -> None:
    text = f"+1{number}"
    fixed, unknown = (
        {(spot.place, zone) for spot in spots_of(text, line=line) for zone in spot.zones}  # type: ignore[arg-type]
        for line in ("fixed", "unknown")
    )
    assert fixed <= unknown or not phonenumbers.is_valid_number(phonenumbers.parse(text))
