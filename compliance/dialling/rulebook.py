"""All rows, and what they ask for of one set of places: put together once, since most numbers share their places.

Pure but for `shipped`.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, reduce
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from compliance.dialling.places import Spot
from compliance.dialling.rows import (
    AnyRow,
    AttemptsRow,
    BanRow,
    ConsentRow,
    Hours,
    HoursRow,
    OursRow,
    RangeRow,
    RegisterRow,
    Row,
)
from compliance.dialling.terms import Purpose
from compliance.dialling.week import ALWAYS, Clock, both

_FOLDER = Path(__file__).parent / "rules"
T = TypeVar("T", bound=Row)


@dataclass(frozen=True)
class HoursAt:
    """What a row asks for in one zone of a place."""

    row: Row
    place: str
    clock: Clock
    holidays_off: bool


@dataclass(frozen=True)
class RegisterAt:
    """A list to be looked at. `register`: "" for any list of the country, where nobody knows which."""

    row: Row
    country: str
    register: str
    max_age_days: int


@dataclass(frozen=True)
class Law:
    """What is asked for at some places together. `hours`: of each row all that it asks for; `clocks`: of each zone one,
    with all that hold there at once; `nowhere`: a possible place has no known zone; `consents` as (row, what it needs);
    `names`: of the rows, with their versions."""

    hours: tuple[tuple[HoursAt, ...], ...]
    clocks: tuple[Clock, ...]
    nowhere: bool
    consents: tuple[tuple[Row, ConsentRow], ...]
    bans: tuple[BanRow, ...]
    registers: tuple[RegisterAt, ...]
    attempts: tuple[tuple[Row, AttemptsRow], ...]
    names: tuple[str, ...]


class Rulebook:
    """Raises ValueError for two rows with one id, and for a file without the rows that hold everywhere."""

    def __init__(self, rows: Iterable[AnyRow]) -> None:
        self.rows: tuple[AnyRow, ...] = tuple(rows)
        if len({row.id for row in self.rows}) < len(self.rows):
            raise ValueError("two rules have the same id")
        self.ours = {row.id: row for row in self.rows if isinstance(row, OursRow)}
        if "unknown-place" not in self.ours:
            raise ValueError("the row unknown-place is missing")
        self.ranges = tuple(row for row in self.rows if isinstance(row, RangeRow))
        self._changes = sorted({row.effective for row in self.rows if row.effective})
        self._laws = lru_cache(maxsize=4096)(self._law)

    def law(self, spots: tuple[Spot, ...], purpose: Purpose, ai_voice: bool, on: date) -> Law:
        """Put together once for all days between two changes of the rows."""
        before = bisect_right(self._changes, on)
        return self._laws(spots, purpose, ai_voice, self._changes[before - 1] if before else date.min)

    def of_kind(self, kind: type[T], on: date) -> list[T]:
        """Those that hold on that day."""
        return [row for row in self.every(kind) if row.effective is None or row.effective <= on]

    def every(self, kind: type[T]) -> list[T]:
        return [row for row in self.rows if isinstance(row, kind)]

    def _law(self, spots: tuple[Spot, ...], purpose: Purpose, ai_voice: bool, on: date) -> Law:
        """A call for an emergency is bound by none of it."""
        if purpose == "emergency":
            return Law((), (), False, (), (), (), (), ())
        hours = self._hours(spots, on)
        weeks: dict[str, tuple[Hours, ...]] = {}
        by_row: dict[str, list[HoursAt]] = {}
        for one in hours:
            by_row.setdefault(one.row.id, []).append(one)
            weeks[one.clock.zone] = both(weeks.get(one.clock.zone, ALWAYS), one.clock.week)
        asking = (row for row in self.of_kind(BanRow, on) if row.asks(purpose, ai_voice))
        bans = tuple(row for row in asking if any(_holds(row, spot) for spot in spots))
        consents, registers = (
            self._consents(spots, purpose, ai_voice, on),
            self._registers(spots, purpose, ai_voice, on),
        )
        attempts = self._attempts(spots, on)
        rows = (
            *(one.row for one in hours), *(row for row, _ in consents), *bans, *(one.row for one in registers),
            *(row for row, _ in attempts),
        )  # fmt: skip
        return Law(
            hours=tuple(tuple(several) for several in by_row.values()),
            clocks=tuple(Clock(zone, week) for zone, week in weeks.items()),
            nowhere=any(not spot.zones for spot in spots),
            consents=consents,
            bans=bans,
            registers=registers,
            attempts=attempts,
            names=tuple(dict.fromkeys(row.name for row in rows)),
        )

    def _hours(self, spots: tuple[Spot, ...], on: date) -> tuple[HoursAt, ...]:
        rows, found = self.of_kind(HoursRow, on), dict[tuple[str, str, str], HoursAt]()
        for spot in spots:
            holding = [row for row in rows if _holds(row, spot)]
            if not _is_known(rows, spot):
                strictest = reduce(both, (row.week for row in self.every(HoursRow)), ALWAYS)
                for zone in spot.zones:
                    clock = Clock(zone, strictest)
                    one = HoursAt(self.ours["unknown-place"], spot.place, clock, holidays_off=False)
                    found[one.row.id, spot.place, zone] = one
            for row in holding:
                for zone in spot.zones:
                    one = HoursAt(row, row.place, Clock(zone, row.week), holidays_off=row.holidays == "closed")
                    found[row.id, row.place, zone] = one
        return tuple(found.values())

    def _consents(
        self, spots: tuple[Spot, ...], purpose: Purpose, ai_voice: bool, on: date
    ) -> tuple[tuple[Row, ConsentRow], ...]:
        rows, found = self.of_kind(ConsentRow, on), dict[str, tuple[Row, ConsentRow]]()
        for spot in spots:
            if not _is_known(rows, spot):
                strictest = max(self.every(ConsentRow), key=lambda row: row.strictness)
                found["unknown-place"] = (self.ours["unknown-place"], strictest)
            for row in rows:
                if _holds(row, spot) and row.asks(purpose, ai_voice):
                    found[row.id] = (row, row)
        return tuple(found.values())

    def _registers(self, spots: tuple[Spot, ...], purpose: Purpose, ai_voice: bool, on: date) -> tuple[RegisterAt, ...]:
        rows, found = self.of_kind(RegisterRow, on), dict[tuple[str, str], RegisterAt]()
        for spot in spots:
            country = spot.place.partition("-")[0]
            if not _is_known(rows, spot) and purpose == "marketing":
                youngest = min(row.max_age_days for row in self.every(RegisterRow))
                found["unknown-place", country] = RegisterAt(self.ours["unknown-place"], country, "", youngest)
            for row in rows:
                if _holds(row, spot) and row.asks(purpose, ai_voice):
                    found[row.id, country] = RegisterAt(row, country, row.register_, row.max_age_days)
        return tuple(found.values())

    def _attempts(self, spots: tuple[Spot, ...], on: date) -> tuple[tuple[Row, AttemptsRow], ...]:
        rows, found = self.of_kind(AttemptsRow, on), dict[str, tuple[Row, AttemptsRow]]()
        for spot in spots:
            if not _is_known(rows, spot):
                strictest = min(self.every(AttemptsRow), key=lambda row: row.most / row.within_hours)
                found["unknown-place"] = (self.ours["unknown-place"], strictest)
            found |= {row.id: (row, row) for row in rows if _holds(row, spot)}
        return tuple(found.values())


def _holds(row: Row, spot: Spot) -> bool:
    return row.place in (spot.place, spot.place.partition("-")[0]) and bool(row.place)


def _is_known(rows: Iterable[Row], spot: Spot) -> bool:
    """Whether the country was looked at for this kind: then a state without a row of its own asks for nothing more."""
    country = spot.place.partition("-")[0]
    return any(row.country == country for row in rows) if country else False


@cache
def shipped() -> Rulebook:
    """The rows of this package. Raises ValueError for a row that is none."""
    rows = [row for file in sorted(_FOLDER.glob("*.toml")) for row in tomllib.loads(file.read_text())["rule"]]
    return Rulebook(TypeAdapter(list[AnyRow]).validate_python(rows))
