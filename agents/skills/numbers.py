"""Numbers as they are spoken."""

from __future__ import annotations

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(number: int) -> str:
    """0 to 999,999 in English words."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} is outside 0 to 999999")
    if number < 20:
        return _SMALL.split()[number]
    if number < 100:
        return _joined(_TENS.split()[number // 10 - 2], number % 10)
    if number < 1000:
        return _joined(f"{in_words(number // 100)} hundred", number % 100)
    return _joined(f"{in_words(number // 1000)} thousand", number % 1000)


def _joined(head: str, rest: int) -> str:
    return f"{head} {in_words(rest)}" if rest else head


def digit_words(digits: str) -> str:
    """Digit by digit: "1234" is "one two three four"."""
    return " ".join(in_words(int(digit)) for digit in digits)
