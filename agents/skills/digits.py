"""Collecting keys that a caller presses. Pure: `now` comes in, nothing goes out but what was collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FIRST_DIGIT_S = 12.0  # the prompt itself is part of this wait
NEXT_DIGIT_S = 4.0
TERMINATOR = "#"

Reason = Literal["count", "terminator", "timeout"]


@dataclass(frozen=True)
class Collected:
    digits: str
    reason: Reason


class DigitCollector:
    """Armed for a number of digits, it returns `Collected` once: count reached, `#`, or too long a pause."""

    def __init__(self) -> None:
        self._wanted = 0
        self._digits = ""
        self._deadline = 0.0

    @property
    def expected(self) -> int:
        """How many digits are still missing; 0 when none are asked for."""
        return self._wanted - len(self._digits) if self._wanted else 0

    @property
    def untouched(self) -> bool:
        """True while armed and no key has been pressed."""
        return bool(self._wanted) and not self._digits

    @property
    def deadline(self) -> float | None:
        """When `expire` is due, on the clock of `now`; None when not armed."""
        return self._deadline if self._wanted else None

    def arm(self, count: int, now: float) -> None:
        self._wanted, self._digits, self._deadline = count, "", now + FIRST_DIGIT_S

    def disarm(self) -> None:
        self._wanted, self._digits = 0, ""

    def press(self, digit: str, now: float) -> Collected | None:
        if not self._wanted:
            return None
        if digit == TERMINATOR:
            return self._finish("terminator")
        if not digit.isdigit():
            return None
        self._digits += digit
        self._deadline = now + NEXT_DIGIT_S
        return self._finish("count") if len(self._digits) == self._wanted else None

    def expire(self, now: float) -> Collected | None:
        return self._finish("timeout") if self._wanted and now >= self._deadline else None

    def _finish(self, reason: Reason) -> Collected:
        collected = Collected(self._digits, reason)
        self.disarm()
        return collected
