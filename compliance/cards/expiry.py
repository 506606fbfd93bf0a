"""When a card ends: MM/YY and MM/YYYY as people write and key them. Pure: `now` comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

AHEAD_YEARS = 20  # longer than any issuer gives
_SHAPE = re.compile(r"\s*([0-9]{1,2})\s*[/.\- ]\s*((?:[0-9]{2}){1,2})\s*|\s*([0-9]{2})((?:[0-9]{2}){1,2})\s*")


class ExpiryFault(StrEnum):
    """Why digits are no expiry; the first that applies, from the top."""

    SHAPE = "shape"  # neither MM/YY nor MM/YYYY
    MONTH = "month"
    PAST = "past"
    TOO_FAR = "too_far"


@dataclass(frozen=True)
class Expiry:
    """Good to the last day of that month."""

    month: int = field(repr=False)
    year: int = field(repr=False)


def read_expiry(text: str, now: date) -> Expiry | ExpiryFault:
    """ "12/27", "1227", "12/2027", "12 27". `now` is today where the card is used."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return ExpiryFault.SHAPE
    month, year = int(match[1] or match[3]), int(match[2] or match[4])
    if not 1 <= month <= 12:
        return ExpiryFault.MONTH
    if year < 100:
        year += now.year - now.year % 100
        year += 100 if year < now.year - 50 else 0  # written "05" in 2098
    if (year, month) < (now.year, now.month):
        return ExpiryFault.PAST
    if year > now.year + AHEAD_YEARS:
        return ExpiryFault.TOO_FAR
    return Expiry(month, year)
