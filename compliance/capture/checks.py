"""Is what was keyed in what was asked for, and is it all? Pure; nothing here repeats a digit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from compliance.capture.keys import Keys
from compliance.capture.spec import FieldAsked
from compliance.cards.check import Card, check_card
from compliance.cards.code import check_code, code_length
from compliance.cards.expiry import Expiry, read_expiry
from compliance.cards.issuers import LONGEST_PREFIX, issuers_of

T = TypeVar("T")

USUAL = 16  # of a brand whose numbers have several lengths


def card_lengths(head: str) -> tuple[int, ...]:
    """How long a card number with these first digits may be; none while that is not known."""
    issuers = issuers_of(head)
    return issuers[0].lengths if issuers else ()


def expected(asked: FieldAsked, keys: Keys, brand: str) -> int | None:
    """How many keys the field will most likely have; None while that is not known."""
    if asked.kind == "card_number":
        lengths = card_lengths(_head(keys))
        usual = USUAL if USUAL in lengths else max(lengths, default=0)
        return (len(keys) if len(keys) in lengths and len(keys) > usual else usual) or None
    low, high = field_lengths(asked, brand)
    return high if low == high else None


def field_lengths(asked: FieldAsked, brand: str) -> tuple[int, int]:
    if asked.kind == "cvv":
        lengths = code_length(brand or None)
        return min(lengths), max(lengths)
    return asked.lengths


def is_full(asked: FieldAsked, keys: Keys, brand: str) -> bool:
    """No further key could belong to it."""
    if asked.kind == "card_number":
        return len(keys) >= max(card_lengths(_head(keys)), default=asked.lengths[1])
    return len(keys) >= field_lengths(asked, brand)[1]


def may_be_all(asked: FieldAsked, keys: Keys, brand: str) -> bool:
    """It has the usual length, and further keys are unlikely: a short pause ends it."""
    return asked.kind == "card_number" and len(keys) == expected(asked, keys, brand)


def is_good(asked: FieldAsked, keys: Keys, brand: str, today: date) -> bool:
    with keys.digits as digits:
        match asked.kind:
            case "card_number":
                return card_of(keys) is not None
            case "expiry":
                return len(keys) == 4 and expiry_of(keys, today) is not None
            case "cvv":
                return _wiped(digits, lambda codes: check_code(codes, brand or None) is None)
            case _:
                low, high = asked.lengths
                return low <= len(keys) <= high and _fits(asked.mask, digits)


def card_of(keys: Keys) -> Card | None:
    with keys.digits as digits:
        found = _wiped(digits, check_card)
    return found if isinstance(found, Card) else None


def expiry_of(keys: Keys, today: date) -> Expiry | None:
    with keys.digits as digits:
        found = read_expiry(bytes(digits).decode(), today)
    return found if isinstance(found, Expiry) else None


def _head(keys: Keys) -> str:
    """As much as a receipt may show."""
    with keys.digits as digits:
        return bytes(digits[:LONGEST_PREFIX]).decode()


def _fits(mask: str, digits: memoryview) -> bool:
    return not mask or all(wanted == "x" or ord(wanted) == got for wanted, got in zip(mask, digits, strict=True))


def _wiped(digits: memoryview, check: Callable[[bytearray], T]) -> T:
    """What `check` says to a copy that is wiped at once."""
    copy = bytearray(digits)
    try:
        return check(copy)
    finally:
        for place in range(len(copy)):
            copy[place] = 0
