"""Keys that nobody asked for in secret: a few are told as they are, a long run of them without what they were. Pure.

Who types six keys and more in a row types a number that may be a card's; the record then says that keys were pressed.
Until a run is over nobody knows how long it will be, so its first keys are held; `MOST_HELD` are all that there can be.
A run begins with a digit: `*` and `#` alone are answers and wishes, and are told at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

LONG = 6
MOST_HELD = LONG - 1
GAP_S = 3.0


@dataclass(frozen=True)
class Key:
    """`digit` is empty where it is nobody's business. `at` is when it was pressed."""

    digit: str = field(repr=False)
    transport: str
    duration_ms: int
    at: datetime


class KeyRun:
    """`now`: seconds of any monotonic clock. What comes back is to be told, in this order."""

    def __init__(self) -> None:
        self._held: list[Key] = []
        self._length = 0
        self._last = float("-inf")

    @property
    def due(self) -> float | None:
        """When `close` is due; None while nothing is held."""
        return self._last + GAP_S if self._held else None

    def press(self, key: Key, now: float) -> list[Key]:
        over = self.close() if now - self._last >= GAP_S else []
        if not self._length and not key.digit.isdigit():
            return [*over, key]
        self._last = now
        self._length += 1
        self._held.append(key)
        return over if self._length < LONG else [*over, *self.hide()]

    def close(self) -> list[Key]:
        """The run is over; a run that is told is a short one."""
        told, self._held, self._length = self._held, [], 0
        return told

    def hide(self) -> list[Key]:
        """What is held is not to be told as it is, whatever its length."""
        told, self._held = [replace(key, digit="") for key in self._held], []
        return told
