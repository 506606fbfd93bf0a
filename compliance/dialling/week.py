"""Opening hours by the clocks of a zone: whether an instant is within them, and when they begin again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from compliance.dialling.rows import MINUTES_OF_DAY, Hours

ALWAYS: tuple[Hours, ...] = ((0, MINUTES_OF_DAY),) * 7
HORIZON = timedelta(days=16)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Raises ZoneInfoNotFoundError, a KeyError, or ValueError for what is no zone."""
    return ZoneInfo(name)


def both(one: Sequence[Hours], other: Sequence[Hours]) -> tuple[Hours, ...]:
    """A week that is open where both are."""
    return tuple(_both(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def _both(mine: Hours, theirs: Hours) -> Hours:
    if mine is None or theirs is None:
        return None
    opens, closes = max(mine[0], theirs[0]), min(mine[1], theirs[1])
    return (opens, closes) if opens < closes else None


@dataclass(frozen=True)
class Clock:
    """A week in a zone. `days_off`: closed; `years`: days of any other year are closed too, None: of none."""

    zone: str
    week: tuple[Hours, ...]
    days_off: frozenset[date] = frozenset()
    years: frozenset[int] | None = None

    def is_open(self, at: datetime) -> bool:
        return self.is_open_by(at.astimezone(zone_of(self.zone)))

    def is_open_by(self, wall: datetime) -> bool:
        """`wall`: the instant by the clocks of the zone."""
        hours = self.hours_on(wall.date()) if self.days_off or self.years is not None else self.week[wall.weekday()]
        return hours is not None and hours[0] <= wall.hour * 60 + wall.minute < hours[1]

    def hours_on(self, day: date) -> Hours:
        if day in self.days_off or (self.years is not None and day.year not in self.years):
            return None
        return self.week[day.weekday()]

    def opens(self, at: datetime) -> datetime | None:
        """The first instant from `at` on that is open; None when there is none within the horizon. Where clocks are set
        back into hours that were over already, those are passed over."""
        return at if self.is_open(at) else _next_of(self, at.replace(second=0, microsecond=0))

    def next_after(self, at: datetime) -> datetime | None:
        """The first instant after `at` at which it begins to be open."""
        first = at.astimezone(zone_of(self.zone)).date()
        for n in range(HORIZON.days + 1):
            day = first + timedelta(days=n)
            if (hours := self.hours_on(day)) is None:
                continue
            for one in self._begins(day, hours[0]):
                if one > at and self.is_open(one):
                    return one
        return None

    def _begins(self, day: date, minute: int) -> list[datetime]:
        """When the clocks show `minute` of `day`: twice when they are set back over it; when they are set forward over
        it, the moment they are."""
        zone = zone_of(self.zone)
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        if wall.utcoffset() == wall.replace(fold=1).utcoffset():
            return [wall.astimezone(UTC)]
        early, late = sorted(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if early.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return [early, late]
        return [_set_forward(zone, early, late)]


@lru_cache(maxsize=16_384)
def _next_of(clock: Clock, minute: datetime) -> datetime | None:
    """Calls of one minute share it."""
    return clock.next_after(minute)


def _set_forward(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clocks change between the two."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
