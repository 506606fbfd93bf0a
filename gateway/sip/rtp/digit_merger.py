"""One press, one digit: telephone events, INFO and tones may all tell of the same key, in any order. Pure.

Each way tells its keys in the order they were pressed. So each way keeps its own place in the common list of presses:
what it tells is the next press with that key that it has not told yet, or, when there is none, a new one.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, NamedTuple

Way = Literal["rfc4733", "info", "inband"]

WITHIN_S = 2.0  # INFO may be late by a retransmission or two
REMEMBERED = 256


class _Press(NamedTuple):
    digit: str
    at: float
    number: int


class DigitMerger:
    """`at` is seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._presses: deque[_Press] = deque(maxlen=REMEMBERED)
        self._place: dict[Way, int] = {}  # number of the last press that each way told
        self._count = 0

    def forget(self, at: float) -> None:
        """What nobody may tell of again."""
        while self._presses and at - self._presses[0].at >= WITHIN_S:
            self._presses.popleft()

    def take(self, digit: str, way: Way, at: float) -> bool:
        """True if this is a press that nobody told of before."""
        while self._presses and at - self._presses[0].at > WITHIN_S:
            self._presses.popleft()
        place = self._place.get(way, 0)
        for press in self._presses:
            if press.number > place and press.digit == digit:
                self._place[way] = press.number
                return False
        self._count += 1
        self._presses.append(_Press(digit, at, self._count))
        self._place[way] = self._count
        return True
