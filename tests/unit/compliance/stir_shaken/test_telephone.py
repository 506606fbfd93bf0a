"""Numbers as SIP writes them become the digits of a PASSporT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken.telephone import canonical, is_canonical


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+12155550121", "US", "12155550121"),
        ("+1 (215) 555-0121", "US", "12155550121"),
        ("tel:+1-215-555-0121;npdi", "US", "12155550121"),
        ("sip:+12155550121;npdi;rn=+12155550000@host.example;user=phone", "US", "12155550121"),
        ("<sips:+12155550121@host.example>", "US", "12155550121"),
        ("2155550121", "US", "12155550121"),
        ("12155550121", "US", "12155550121"),
        ("030 901820", "DE", "4930901820"),
        ("+49 30 901820", "US", "4930901820"),
        ("911", "US", "911"),
        ("*98", "US", "*98"),
        ("#31#", "US", "#31#"),
    ],
)
def test_a_number_becomes_its_digits_with_the_country_code(text: str, country: str, expected: str) -> None:
    assert canonical(text, country) == expected


@pytest.mark.parametrize(
    "text", ["", "+", "alice", "sip:alice@example.org", "sip:@h", "+1 215 555 CALL", "1" * 16, "١٢٣"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert canonical(text, "US") is None


@given(st.text(max_size=40))
def test_whatever_comes_out_is_canonical(text: str) -> None:
    found = canonical(text, "US")
    assert found is None or is_canonical(found)
    assert found is None or canonical(f"+{found}", "US") == found
