"""The questions of a capture one after the other: keys and the time come in, what happens next comes out. Pure.

ask ──key──► … ──full, #, or a pause──► good? ──yes──► the next field, or `Over("complete")`
 ▲                                          └──no──► again, at most `TRIES` times, then `Over("invalid")`

`*` begins the field anew and is no try. No step has a digit; what was keyed in is in `entered`, for whoever wipes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from compliance.capture.checks import card_of, expected, expiry_of, is_full, is_good, may_be_all
from compliance.capture.entered import Entered
from compliance.capture.keys import Keys
from compliance.capture.spec import CaptureSpec, FieldAsked, Kind

TRIES = 3
SETTLE_S = 3.0  # after a number of the usual length that might be longer
CLEAR, END = "*", "#"


@dataclass(frozen=True)
class Ask:
    """The caller is to be asked for this field; `attempt` 2 and above: what came was not valid."""

    field: Kind
    attempt: int


@dataclass(frozen=True)
class Progress:
    """4 of 16."""

    field: Kind
    keys: int
    of: int | None
    attempt: int


@dataclass(frozen=True)
class Over:
    """Nothing more is asked. `field`: where it came to nothing."""

    how: Literal["complete", "invalid", "timed_out"]
    field: Kind | None = None


Step = Ask | Progress | Over


class CaptureMachine:
    """Times are seconds of any monotonic clock. `begin` first; after `Over` nothing happens any more."""

    def __init__(self, spec: CaptureSpec, today: date) -> None:
        self._spec, self._today = spec, today
        self.entered = Entered()
        self._place = 0
        self._attempt = 1
        self._keys = Keys()
        self._due = self._whole = float("inf")
        self._over = False

    @property
    def deadline(self) -> float:
        """When `expire` is due; infinite when it is over."""
        return float("inf") if self._over else min(self._due, self._whole)

    @property
    def _asked(self) -> FieldAsked:
        return self._spec.fields[self._place]

    def begin(self, now: float) -> list[Step]:
        self._whole = now + self._spec.patience.whole_s
        return self._ask(now)

    def press(self, key: str, now: float) -> list[Step]:
        if self._over:
            return []
        if key == CLEAR:
            self._keys.wipe()
            self._due = now + self._spec.patience.first_key_s
            return [self._progress()]
        if key == END:
            return self._judge(now) if len(self._keys) else []
        if not ("0" <= key <= "9"):
            return []
        self._keys.add(key)
        if is_full(self._asked, self._keys, self.entered.brand):
            return [self._progress(), *self._judge(now)]
        pause = self._spec.patience.next_key_s
        if may_be_all(self._asked, self._keys, self.entered.brand):
            pause = min(pause, SETTLE_S)
        self._due = now + pause
        return [self._progress()]

    def expire(self, now: float) -> list[Step]:
        """A pause ends a field that has keys; without any, or when the whole takes too long, it is over."""
        if self._over or now < self.deadline:
            return []
        if now >= self._whole or not len(self._keys):
            return self._end(Over("timed_out", self._asked.kind))
        return self._judge(now)

    def wipe(self) -> None:
        """Everything that was keyed in is gone."""
        self._over = True
        self._keys.wipe()
        self.entered.wipe()

    def _judge(self, now: float) -> list[Step]:
        if is_good(self._asked, self._keys, self.entered.brand, self._today):
            return self._take(now)
        self._keys.wipe()
        self._attempt += 1
        if self._attempt > TRIES:
            return self._end(Over("invalid", self._asked.kind))
        return self._ask(now)

    def _take(self, now: float) -> list[Step]:
        kind = self._asked.kind
        self.entered.fields[kind] = self._keys
        if kind == "card_number" and (card := card_of(self._keys)):
            self.entered.brand, self.entered.last4 = card.brand, card.last4
        if kind == "expiry":
            self.entered.expiry = expiry_of(self._keys, self._today)
        self._keys, self._attempt = Keys(), 1
        self._place += 1
        if self._place == len(self._spec.fields):
            self._over = True
            return [Over("complete")]
        return self._ask(now)

    def _end(self, over: Over) -> list[Step]:
        self.wipe()
        return [over]

    def _ask(self, now: float) -> list[Step]:
        self._due = now + self._spec.patience.first_key_s
        return [Ask(self._asked.kind, self._attempt), self._progress()]

    def _progress(self) -> Progress:
        of = expected(self._asked, self._keys, self.entered.brand)
        return Progress(self._asked.kind, len(self._keys), of, self._attempt)
