"""Postcodes by country, as the post writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_FIVE, _FOUR = r"(\d{5})()", r"(\d{4})()"
COUNTRIES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        country: re.compile(pattern)
        for country, pattern in {
            "GB": r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})",
            "IE": r"([A-Z]\d[\dW])([A-Z\d]{4})",
            "CA": r"([A-Z]\d[A-Z])(\d[A-Z]\d)",
            "NL": r"(\d{4})([A-Z]{2})",
            "SE": r"(\d{3})(\d{2})",
            **dict.fromkeys(("US", "DE", "FR", "ES", "IT", "MX", "FI"), _FIVE),
            **dict.fromkeys(("AT", "CH", "BE", "DK", "NO", "AU", "NZ", "LU"), _FOUR),
        }.items()
    }
)  # two parts, which stand apart where both are something


def postcode(characters: str, country: str) -> str | None:
    """As it is written, of letters and digits without spaces; None when that country has no such one."""
    found = COUNTRIES[country].fullmatch(characters.upper())
    return " ".join(filter(None, found.groups())) if found else None
