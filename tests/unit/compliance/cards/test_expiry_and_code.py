"""Expiry dates and card codes as they are typed and keyed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.cards.code import CodeFault, check_code, code_length
from compliance.cards.expiry import Expiry, ExpiryFault, read_expiry

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("text", ["12/27", "1227", "12/2027", "122027", "12 27", "12-27", " 12 / 27 ", "12.27"])
def test_an_expiry_is_read_however_it_is_written(text: str) -> None:
    assert read_expiry(text, TODAY) == Expiry(12, 2027)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("11/26", Expiry(11, 2026)),
        ("10/26", ExpiryFault.PAST),
        ("1/27", Expiry(1, 2027)),
        ("13/27", ExpiryFault.MONTH),
        ("00/27", ExpiryFault.MONTH),
        ("12/47", ExpiryFault.TOO_FAR),
        ("12/1999", ExpiryFault.PAST),
        ("127", ExpiryFault.SHAPE),
        ("12/027", ExpiryFault.SHAPE),
        ("", ExpiryFault.SHAPE),
        ("１２/２７", ExpiryFault.SHAPE),
    ],
)
def test_only_a_month_that_is_not_over_counts(text: str, found: Expiry | ExpiryFault) -> None:
    assert read_expiry(text, TODAY) == found


def test_at_the_end_of_a_century_two_digits_mean_the_next() -> None:
    assert read_expiry("03/02", date(2098, 5, 1)) == Expiry(3, 2102)


@given(st.text(max_size=12))
def test_any_text_is_an_expiry_or_a_fault(text: str) -> None:
    assert isinstance(read_expiry(text, TODAY), Expiry | ExpiryFault)


def test_an_expiry_prints_no_digit() -> None:
    assert not any(character.isdigit() for character in repr(read_expiry("12/27", TODAY)))


@pytest.mark.parametrize(
    ("digits", "brand", "fault"),
    [
        ("123", "visa", None),
        ("1234", "visa", CodeFault.LENGTH),
        ("1234", "amex", None),
        ("123", "amex", CodeFault.LENGTH),
        ("123", None, None),
        ("1234", None, None),
        ("12", None, CodeFault.LENGTH),
        ("12a", "visa", CodeFault.NOT_DIGITS),
        ("", "visa", CodeFault.NOT_DIGITS),
    ],
)
def test_a_code_has_the_length_of_its_brand(digits: str, brand: str | None, fault: CodeFault | None) -> None:
    assert check_code(digits, brand) == fault
    assert check_code(bytearray(digits.encode()), brand) == fault


def test_the_length_is_open_while_the_brand_is() -> None:
    assert code_length(None) == (3, 4)
