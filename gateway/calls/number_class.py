"""What kind of destination a dialled string is, as far as money and lives depend on it (ITU-T E.164). Pure.

A string without a + may mean several numbers: national ones of the countries a trunk is at home in, or an
international one whose + was left out. Every reading is told, and whoever decides takes the worst of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo
from phonenumbers.shortnumberinfo import ShortNumberCost

Kind = Literal[
    "ordinary", "emergency", "short_code", "premium", "shared_cost", "special", "satellite", "extension", "unreadable"
]

EMERGENCY_EVERYWHERE = frozenset({"112", "911", "999", "000"})
# The metadata has only what is dispatched by the authorities; these reach them, or people in despair, as well.
EMERGENCY_BESIDES = {"US": frozenset({"933", "988"}), "CA": frozenset({"988"})}
OUTSIDE_LINE = ("0", "9")  # what some PBXs want in front of a number of the public network
# Satellites, international networks, freephone and premium numbers: of no country, and dear.
SHARED_CODES = frozenset({800, 808, 870, 878, 881, 882, 883, 888, 979})
LONGEST_EXTENSION = 6

_SERVICE_CODE = re.compile(r"^[2-8]11$")  # N11 of the North American plan
_EXTENSION = re.compile(rf"^(?:[0-9]{{1,{LONGEST_EXTENSION}}}|[A-Za-z][A-Za-z0-9._-]{{0,63}})$")
_DIALLED = re.compile(r"^\+?[0-9]{1,20}$")
_KINDS: dict[int, Kind] = {
    PhoneNumberType.FIXED_LINE: "ordinary",
    PhoneNumberType.MOBILE: "ordinary",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "ordinary",
    PhoneNumberType.TOLL_FREE: "ordinary",
    PhoneNumberType.VOIP: "ordinary",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
}


@dataclass(frozen=True)
class NumberClass:
    """`country` is ISO 3166-1 alpha-2; empty for what belongs to none."""

    kind: Kind
    country: str = ""


def classes_of(dialled: str, countries: Sequence[str]) -> tuple[NumberClass, ...]:
    """Every class that `dialled` may be of, at least one; `countries` are those the trunk is at home in."""
    digits = dialled.lstrip("+")
    if _is_emergency(digits, countries):
        return (NumberClass("emergency"),)
    readings = {_class_of(number) for number in _readings(dialled, countries)}
    if readings:
        return tuple(sorted(readings, key=lambda one: (one.kind, one.country)))
    if _is_service(digits, countries):
        return (NumberClass("short_code"),)
    if dialled == digits and _EXTENSION.match(dialled):
        return (NumberClass("extension"),)
    return (NumberClass("unreadable"),)


def countries_of(numbers: Iterable[str]) -> tuple[str, ...]:
    """The countries of E.164 numbers, each once; numbers of no country are left out."""
    found: dict[str, None] = {}
    for text in numbers:
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(text, None))
        except phonenumbers.NumberParseException:
            continue
        if region and len(region) == 2:
            found[region] = None
    return tuple(found)


def _is_emergency(digits: str, countries: Sequence[str]) -> bool:
    shorter = digits[1:] if digits.startswith(OUTSIDE_LINE) else digits
    if digits in EMERGENCY_EVERYWHERE or shorter in EMERGENCY_EVERYWHERE:
        return True
    for country in countries:
        besides = EMERGENCY_BESIDES.get(country, frozenset())
        for number in (digits, shorter):
            if number in besides or shortnumberinfo.connects_to_emergency_number(number, country):
                return True
    return False


def _is_service(digits: str, countries: Sequence[str]) -> bool:
    """A short number of the public network that costs, or an information service of the North American plan."""
    if not digits.isdigit() or len(digits) > LONGEST_EXTENSION:
        return False
    for country in countries:
        if phonenumbers.country_code_for_region(country) == 1 and _SERVICE_CODE.match(digits):
            return True
        number = PhoneNumber(country_code=phonenumbers.country_code_for_region(country), national_number=int(digits))
        cost = shortnumberinfo.expected_cost_for_region(number, country)
        if cost in (ShortNumberCost.PREMIUM_RATE, ShortNumberCost.STANDARD_RATE):
            return True
    return False


def _readings(dialled: str, countries: Sequence[str]) -> Iterable[PhoneNumber]:
    """The valid numbers that `dialled` may mean."""
    if not _DIALLED.match(dialled):
        return
    tried: list[tuple[str, str | None]] = [("+" + dialled.lstrip("+"), None)]
    if not dialled.startswith("+"):
        tried += [(dialled, country) for country in countries]
    for text, country in tried:
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            continue
        if number.country_code in SHARED_CODES or phonenumbers.is_valid_number(number):
            yield number


def _class_of(number: PhoneNumber) -> NumberClass:
    region = phonenumbers.region_code_for_number(number) or ""
    if number.country_code in SHARED_CODES or len(region) != 2:
        return NumberClass("satellite")
    return NumberClass(_KINDS.get(phonenumbers.number_type(number), "special"), region)
