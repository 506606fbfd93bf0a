"""What a campaign's dials add up to: by day, by outcome, over time. Fed with one dial after the other. Pure.

Its size does not grow with the number of dials: times are told in steps, which double where there would be too many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from compliance.dialling.week import zone_of
from gateway.campaigns.abandonment import is_abandoned
from gateway.campaigns.terms import NEVER_RANG, Outcome

MOST_STEPS = 240
STEPS_S = (5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 604_800)
ANSWER_STEP_S = 2
LONGEST_ANSWER_S = 120
_MACHINES: frozenset[Outcome] = frozenset({"voicemail", "message_left", "screened", "ivr", "fax", "silence"})


@dataclass(frozen=True)
class Dial:
    """`answered_by`: "" where nobody listened for that."""

    dialled_at: datetime
    outcome: str
    answered_at: datetime | None
    agent_at: datetime | None
    answered_by: str
    seconds: int
    cost: str | None
    currency: str


@dataclass
class DaySums:
    """`costs` by currency."""

    dialled: int = 0
    rang: int = 0
    answered: int = 0
    machines: int = 0
    abandoned: int = 0
    seconds: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(self, dial: Dial) -> None:
        self.dialled += 1
        self.rang += dial.outcome not in NEVER_RANG and dial.outcome != ""
        self.answered += dial.outcome == "answered"
        self.machines += dial.outcome in _MACHINES
        self.abandoned += is_abandoned(dial.outcome, dial.answered_at, dial.agent_at)
        self.seconds += dial.seconds
        if dial.cost is not None:
            self.costs[dial.currency] = self.costs.get(dial.currency, Decimal(0)) + Decimal(dial.cost)


class Series:
    """Dials and answers by people in steps of `step_s`, from the first dial on."""

    def __init__(self) -> None:
        self._step = 0
        self._counts: dict[int, list[int]] = {}

    @property
    def step_s(self) -> int:
        return STEPS_S[self._step]

    def add(self, at: datetime, *, answered: bool) -> None:
        place = int(at.timestamp()) // self.step_s
        counts = self._counts.setdefault(place, [0, 0])
        counts[0] += 1
        counts[1] += answered
        while max(self._counts) - min(self._counts) >= MOST_STEPS and self._step < len(STEPS_S) - 1:
            self._coarser()

    def _coarser(self) -> None:
        before, self._step = self.step_s, self._step + 1
        counts: dict[int, list[int]] = {}
        for place, (dials, answers) in self._counts.items():
            into = counts.setdefault(place * before // self.step_s, [0, 0])
            into[0] += dials
            into[1] += answers
        self._counts = counts

    def steps(self) -> list[tuple[int, int, int]]:
        """The beginning of each step in seconds since 1970, its dials, its answers; those without any too."""
        if not self._counts:
            return []
        places = range(min(self._counts), max(self._counts) + 1)
        return [(place * self.step_s, *self._pair(place)) for place in places]

    def _pair(self, place: int) -> tuple[int, int]:
        dials, answers = self._counts.get(place, (0, 0))
        return dials, answers


class Figures:
    """`zone`: by whose clocks a day begins."""

    def __init__(self, zone: str) -> None:
        self._zone = zone_of(zone)
        self.days: dict[date, DaySums] = {}
        self.outcomes: Counter[str] = Counter()
        self.answered_by: Counter[str] = Counter()
        self.until_answered: Counter[int] = Counter()
        self.series = Series()

    def add(self, dial: Dial) -> None:
        self.days.setdefault(dial.dialled_at.astimezone(self._zone).date(), DaySums()).add(dial)
        self.outcomes[dial.outcome or "under way"] += 1
        self.series.add(dial.dialled_at, answered=dial.outcome == "answered")
        if dial.answered_at is not None:
            self.answered_by[dial.answered_by or "not told"] += 1
            self.until_answered[_step_of(dial.answered_at - dial.dialled_at)] += 1


def _step_of(waited: timedelta) -> int:
    """Seconds, in steps; what took longer is in the last."""
    seconds = min(max(0.0, waited.total_seconds()), LONGEST_ANSWER_S)
    return int(seconds // ANSWER_STEP_S) * ANSWER_STEP_S
