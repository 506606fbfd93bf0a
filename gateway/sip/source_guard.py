"""Which sources and numbers may bring another INVITE now. Pure; every table has a bound.

A source that only ever tries numbers or passwords is a scanner: it hears nothing more from us until it has been quiet.
Others may bring so many calls a second, and so many to one number; above that they are asked to wait.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["in", "busy"]

TRIES_S = 60.0  # so many refusals as a stranger within this time, with no call let in, make a scanner
QUIET_S = 300.0  # without an attempt, until a scanner is heard again
REMEMBERED = 10_000


@dataclass
class _Bucket:
    """`rate` a second, and as many at once as two seconds bring."""

    left: float
    at: float

    def take(self, rate: float, now: float) -> bool:
        self.left = min(self.left + (now - self.at) * rate, rate * 2)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class _Stranger:
    refused: list[float] = field(default_factory=list)
    last: float = 0.0
    scanner: bool = False
    dropped: int = 0


class SourceGuard:
    """`now` is seconds of any monotonic clock. A rate of 0 is no limit, 0 tries make nobody a scanner."""

    def __init__(self, *, per_source_s: float, per_number_s: float, tries: int) -> None:
        self._tries = tries
        self._rates = {"source": per_source_s, "number": per_number_s}
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._strangers: OrderedDict[str, _Stranger] = OrderedDict()

    def hears(self, source: str, now: float) -> bool:
        """False for a scanner; whatever it sends is dropped without an answer."""
        stranger = self._strangers.get(source)
        if stranger is None or not stranger.scanner:
            return True
        if now - stranger.last > QUIET_S:
            del self._strangers[source]
            return True
        stranger.last = now
        stranger.dropped += 1
        return False

    def take(self, source: str, number: str, now: float) -> Verdict:
        """For each INVITE that would become a call."""
        within = [self._bucket("source", source, now), self._bucket("number", number, now)]
        return "in" if all(within) else "busy"

    def refused(self, source: str, now: float) -> bool:
        """An INVITE was refused as a stranger's; True if that makes the source a scanner from now on."""
        if not self._tries:
            return False
        stranger = self._strangers.setdefault(source, _Stranger())
        self._strangers.move_to_end(source)
        if len(self._strangers) > REMEMBERED:
            self._strangers.popitem(last=False)
        stranger.last = now
        stranger.refused = [at for at in stranger.refused if now - at < TRIES_S][-self._tries :]
        stranger.refused.append(now)
        fresh = not stranger.scanner and len(stranger.refused) >= self._tries
        stranger.scanner = stranger.scanner or fresh
        return fresh

    def let_in(self, source: str) -> None:
        """A call was let in: mistyped numbers of a carrier's customers do not make a scanner."""
        self._strangers.pop(source, None)

    @property
    def silenced(self) -> int:
        return sum(stranger.scanner for stranger in self._strangers.values())

    def dropped(self) -> dict[str, int]:
        """What was dropped since the last time that this was asked, by source; 200 of them at most."""
        told: dict[str, int] = {}
        for source, stranger in self._strangers.items():
            if stranger.dropped and len(told) < 200:
                told[source], stranger.dropped = stranger.dropped, 0
        return told

    def _bucket(self, kind: str, key: str, now: float) -> bool:
        rate = self._rates[kind]
        if not rate:
            return True
        bucket = self._buckets.setdefault((kind, key), _Bucket(rate * 2, now))
        self._buckets.move_to_end((kind, key))
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket.take(rate, now)
