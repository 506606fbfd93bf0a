"""Where the parties of a call may be: by what is known of them, and what only seems so. Pure.

An area code says where a number was issued; since numbers are carried along it does not say where its owner is. It
names the country here, and never a state of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers

Evidence = Literal["own_side", "address_on_record", "country_of_number", "nothing"]


@dataclass(frozen=True)
class Candidate:
    """`place` is "" when nothing is known."""

    place: str
    evidence: Evidence


def country_of(number: str) -> str:
    """ISO 3166-1 code of an E.164 number; "" for none, and for numbers of no country (satellites)."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return ""
    return region if region and region.isalpha() else ""


def candidates(number: str, on_record: Sequence[str], own: Sequence[str]) -> tuple[Candidate, ...]:
    """Every place that a party may be in: ours, and the other party's. `number` is the other party's."""
    theirs = [Candidate(place, "address_on_record") for place in on_record]
    if not theirs and (country := country_of(number)):
        theirs = [Candidate(country, "country_of_number")]
    ours = [Candidate(place, "own_side") for place in own]
    nothing = Candidate("", "nothing")
    return (*(ours or [nothing]), *(theirs or [nothing]))
