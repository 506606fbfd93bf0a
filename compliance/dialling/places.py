"""Every place that whoever has a number may be in, with all time zones of it. Pure but for reading the file.

An area code says where a number was issued. A mobile or ported number may be anywhere in its country, and a number of
the North American plan does not say whether it is one: without an address on record it counts as one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from compliance.dialling.terms import Line

Evidence = Literal["address_on_record", "area_code", "numbering_plan", "whole_country", "nothing"]
_FILE = Path(__file__).parent / "area_codes.toml"
_NORTH_AMERICAN = 1
_WITH_STATES = ("US", "CA")
_UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True)
class Spot:
    """`place`: ISO 3166, "" for an unknown one; `zones`: IANA names, none when nobody knows."""

    place: str
    zones: tuple[str, ...]
    evidence: Evidence


@dataclass(frozen=True)
class Plan:
    """The file: zones by place, places by area code."""

    zones: dict[str, tuple[str, ...]]
    of_code: dict[str, tuple[str, ...]]


@cache
def shipped_plan() -> Plan:
    rows = tomllib.loads(_FILE.read_text())["place"]
    of_code: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for code in row["codes"]:
            of_code[code] = (*of_code.get(code, ()), row["place"])
    return Plan({row["place"]: tuple(row["zones"]) for row in rows}, of_code)


def spots_of(number: str, on_record: Iterable[str] = (), line: Line = "unknown") -> tuple[Spot, ...]:
    """At least one. `on_record`: places by the person's address, ISO 3166; `line`: what the operator knows of it."""
    known = tuple(spot for place in on_record for spot in _by_address(place))
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return known or (Spot("", (), "nothing"),)
    country = phonenumbers.region_code_for_number(parsed) or ""
    if len(country) != 2 or not country.isalpha():
        return (*known, Spot("", (), "nothing"))
    found = (*known, *_issued(parsed, country))
    return found if known or _stays(parsed, line) else (*found, *whole(country))


def zones_of(place: str) -> tuple[str, ...]:
    """All that are kept in a country, or in a state of one; of an unknown state those of its country."""
    plan = shipped_plan()
    if place in plan.zones:
        return plan.zones[place]
    country = place.partition("-")[0]
    if country in _WITH_STATES:
        return tuple(dict.fromkeys(zone for spot in whole(country) for zone in spot.zones))
    return _zones_of_country(country)


@lru_cache(maxsize=64)
def whole(country: str) -> tuple[Spot, ...]:
    """A country with states: each of them."""
    if country in _WITH_STATES:
        states = shipped_plan().zones.items()
        return tuple(Spot(place, zones, "whole_country") for place, zones in states if place.startswith(f"{country}-"))
    return (Spot(country, _zones_of_country(country), "whole_country"),)


def _by_address(place: str) -> tuple[Spot, ...]:
    """A country with states, or a state of it that is none of them, is each of its states."""
    country = place.partition("-")[0]
    if country in _WITH_STATES and place not in shipped_plan().zones:
        return tuple(Spot(spot.place, spot.zones, "address_on_record") for spot in whole(country))
    return (Spot(place, zones_of(place), "address_on_record"),)


def _stays(parsed: PhoneNumber, line: Line) -> bool:
    """Whether the number is certainly where it was issued."""
    return line == "fixed" or (line == "unknown" and phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE)


def _issued(parsed: PhoneNumber, country: str) -> tuple[Spot, ...]:
    of_number = tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != _UNKNOWN_ZONE)
    if country not in _WITH_STATES:
        return (Spot(country, of_number, "numbering_plan"),)
    plan = shipped_plan()
    states = [one for one in plan.of_code.get(str(parsed.national_number)[:3], ()) if one.startswith(f"{country}-")]
    if not states:  # a code of no state, as 800 is
        return whole(country)
    return tuple(Spot(one, tuple(dict.fromkeys((*plan.zones[one], *of_number))), "area_code") for one in states)


@lru_cache(maxsize=512)
def _zones_of_country(country: str) -> tuple[str, ...]:
    code = phonenumbers.country_code_for_region(country)
    if code == _NORTH_AMERICAN:  # its list is that of the whole continent
        example = phonenumbers.example_number(country)
        found = timezone.time_zones_for_number(example) if example else ()
    else:
        found = TIMEZONE_DATA.get(str(code), ())
    return tuple(zone for zone in found if zone != _UNKNOWN_ZONE)
