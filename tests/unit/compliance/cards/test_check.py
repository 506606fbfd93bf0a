"""What is a card number, and whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.cards.check import Card, CardFault, check_card, is_card
from compliance.cards.issuers import TABLE, brand_of, issuers_of, may_begin
from compliance.cards.luhn import check_digit, luhn_valid

PUBLISHED = [
    ("4111111111111111", "visa"),
    ("4242424242424242", "visa"),
    ("4222222222222", "visa"),
    ("5555555555554444", "mastercard"),
    ("2223003122003222", "mastercard"),
    ("378282246310005", "amex"),
    ("6011111111111117", "discover"),
    ("30569309025904", "diners"),
    ("3530111333300000", "jcb"),
    ("6200000000000005", "unionpay"),
]


@pytest.mark.parametrize(("digits", "brand"), PUBLISHED)
def test_a_published_test_number_has_its_brand(digits: str, brand: str) -> None:
    assert check_card(digits) == Card(brand, digits[-4:], len(digits))
    assert brand_of(digits) == brand


@pytest.mark.parametrize(
    ("digits", "fault"),
    [
        ("", CardFault.NOT_DIGITS),
        ("4111 1111 1111 1111", CardFault.NOT_DIGITS),
        ("４１１１１１１１１１１１１１１１", CardFault.NOT_DIGITS),
        ("41111111111", CardFault.TOO_SHORT),
        ("41111111111111111111", CardFault.TOO_LONG),
        ("1111111111111111", CardFault.UNKNOWN_ISSUER),
        ("41111111111111", CardFault.WRONG_LENGTH),
        ("378282246310005" + "0", CardFault.WRONG_LENGTH),
        ("4111111111111112", CardFault.CHECK_DIGIT),
    ],
)
def test_what_is_none_says_why(digits: str, fault: CardFault) -> None:
    assert check_card(digits) == fault
    assert not is_card(digits)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.brand}-{row.low}")
def test_every_row_of_the_table_is_seen_as_a_card_at_every_length(row) -> None:
    for prefix in (row.low, row.high):
        for length in row.lengths:
            body = prefix + "0" * (length - len(prefix) - 1)
            assert is_card(body + check_digit(body))


@given(st.text("0123456789", min_size=1, max_size=18))
def test_one_digit_makes_a_number_valid_and_every_other_does_not(body: str) -> None:
    right = check_digit(body)
    assert [digit for digit in "0123456789" if luhn_valid(body + digit)] == [right]


@given(st.text("0123456789", min_size=12, max_size=19), st.data())
def test_one_wrong_digit_is_seen(body: str, choice: st.DataObject) -> None:
    digits = body[:-1] + check_digit(body[:-1])
    place = choice.draw(st.integers(0, len(digits) - 1))
    other = choice.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[place]]))
    assert not luhn_valid(digits[:place] + other + digits[place + 1 :])


@pytest.mark.parametrize(("digits", "brand"), PUBLISHED)
def test_it_may_be_keyed_digit_by_digit(digits: str, brand: str) -> None:
    assert all(may_begin(digits[:count]) for count in range(len(digits) + 1))
    assert issuers_of(digits[:6])[0].brand == brand


@pytest.mark.parametrize("digits", ["1", "0", "4" * 20, "7", "9", "2720999999999999999", "3782822463100051"])
def test_what_no_card_begins_with_is_known_early(digits: str) -> None:
    assert may_begin(digits) is (digits == "9")  # 97 and 98 are somebody's


def test_a_card_and_its_faults_print_no_digit_of_it() -> None:
    for digits in ("4111111111111111", "4111111111111112"):
        shown = repr(check_card(bytearray(digits.encode())))
        assert "1111" not in shown
