"""Telephone numbers as a PASSporT has them (RFC 8224 §8.3): digits with the country code, no plus. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

LONGEST = 15
CANONICAL = re.compile(r"[0-9*#]{1,15}")
_SEPARATORS = re.compile(r"[ ().\-\u00a0]")
_URI = re.compile(r"^(?:sips?|tel):([^@;?>]*)", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_canonical(text: str) -> bool:
    return CANONICAL.fullmatch(text) is not None


def canonical(text: str, country: str) -> str | None:
    """`+1 (215) 555-0121`, `"A" <sip:+12155550121;npdi@host>` or `tel:…` as `12155550121`; None for what is no number.

    `country`: ISO 3166 code whose numbers come without a country code.
    """
    if "<" in text:  # a display name before it may say anything
        text = _QUOTED.sub("", text).partition("<")[2]
    if match := _URI.match(text.strip()):
        text = match[1]
    bare = _SEPARATORS.sub("", text.split(";", 1)[0])
    international = bare.startswith("+")
    digits = bare.removeprefix("+")
    if not is_canonical(digits):
        return None
    if international or "*" in digits or "#" in digits:
        return digits
    return _with_country_code(digits, country)


@lru_cache(maxsize=4096)
def _with_country_code(digits: str, country: str) -> str:
    """A number of `country` gets its code; what is none of that country's is taken to have one already."""
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(parsed):
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")[:LONGEST]
