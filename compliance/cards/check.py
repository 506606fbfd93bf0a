"""Whether digits are a card number, and whose. Pure; nothing here prints or repeats a digit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from compliance.cards.issuers import LONGEST, SHORTEST, issuer_of, issuers_of
from compliance.cards.luhn import luhn_valid


class CardFault(StrEnum):
    """Why digits are no card number; the first that applies, from the top."""

    NOT_DIGITS = "not_digits"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN_ISSUER = "unknown_issuer"
    WRONG_LENGTH = "wrong_length"  # for this issuer
    CHECK_DIGIT = "check_digit"


@dataclass(frozen=True)
class Card:
    """What may be kept and told of a number (PCI DSS 3.4.1)."""

    brand: str
    last4: str = field(repr=False)
    length: int


def check_card(digits: str | bytes | bytearray) -> Card | CardFault:
    """`digits` with nothing between them. Of a bytearray that is wiped afterwards, six and four digits stay behind."""
    codes = digits.encode("ascii", "replace") if isinstance(digits, str) else digits
    if not codes.isdigit():
        return CardFault.NOT_DIGITS
    if len(codes) < SHORTEST:
        return CardFault.TOO_SHORT
    if len(codes) > LONGEST:
        return CardFault.TOO_LONG
    # the issuer is known by six digits; the rest of this text only has the length
    outline = codes[:6].decode() + "x" * (len(codes) - 6)
    row = issuer_of(outline)
    if row is None:
        return CardFault.WRONG_LENGTH if issuers_of(outline) else CardFault.UNKNOWN_ISSUER
    if not luhn_valid(codes):
        return CardFault.CHECK_DIGIT
    return Card(row.brand, codes[-4:].decode(), len(codes))


def is_card(digits: str) -> bool:
    """Length, issuer and check digit fit. For searching: `digits` are ASCII digits."""
    return issuer_of(digits) is not None and luhn_valid(digits)
