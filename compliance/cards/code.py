"""The code on a card (CVV2, CVC2, CID): its length only. It is never kept, so nothing here returns it. Pure."""

from __future__ import annotations

from enum import StrEnum

_FOUR = frozenset({"amex"})
LENGTHS = (3, 4)


class CodeFault(StrEnum):
    NOT_DIGITS = "not_digits"
    LENGTH = "length"


def code_length(brand: str | None) -> tuple[int, ...]:
    """How many digits the code of this brand has; both lengths while the brand is not known."""
    if brand is None:
        return LENGTHS
    return (4,) if brand in _FOUR else (3,)


def check_code(digits: str | bytes | bytearray, brand: str | None = None) -> CodeFault | None:
    """None when it may be the code of a card of `brand`."""
    codes = digits.encode("ascii", "replace") if isinstance(digits, str) else digits
    if not codes.isdigit():
        return CodeFault.NOT_DIGITS
    return None if len(codes) in code_length(brand) else CodeFault.LENGTH
