"""The check digit of a card number (ISO/IEC 7812-1 annex B, "Luhn"). Pure."""

from __future__ import annotations

# what a digit of every second place counts: twice itself, its own digits added up; as the codes of characters
_DOUBLED = bytes(48 + (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[code - 48] if 48 <= code <= 57 else code for code in range(256))


def luhn_valid(digits: str | bytes | bytearray) -> bool:
    """Whether the last digit fits the others. `digits`: ASCII digits only; nothing else is looked at."""
    codes = digits.encode() if isinstance(digits, str) else digits
    return _weight(codes) % 10 == 0


def check_digit(body: str) -> str:
    """The digit that makes `body` valid when it stands after it."""
    return str(-_weight(f"{body}0".encode()) % 10)


def _weight(codes: bytes | bytearray) -> int:
    return sum(codes[::-2]) + sum(codes[-2::-2].translate(_DOUBLED)) - 48 * len(codes)
