"""The law as rows of dated files, and how each kind of row is read. Pure.

[[rule]]
id = "us-fl-hours"         never given to another rule
version = 1                goes up when a word of the row changes
kind = "hours"             hours, consent, ban, register, attempts; range: of numbers; ours: what holds everywhere
place = "US-FL"            ISO 3166: a country, or a state of one
effective = 2021-07-01     since when; left out: older than any call of ours
checked = 2026-11-20       when the row was last compared with its source
standing = "read"          read, to_check, secondary: how well the figure is known
source = "…"               says = "…" one plain sentence

hours: weekdays, saturday, sunday = "08:00-21:00" by the clock of the place, or "closed"; holidays = "open" or "closed"
consent: needs = "express" or "written"; purposes; voice = "ai" when it is asked of artificial voices only
ban: purposes, voice, while = "always" or "emergency_declared"
register: a list that is to be looked at; register, max_age_days, purposes
attempts: most, within_hours          range: prefixes, with the +
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from compliance.dialling.terms import CONSENT_MILD_TO_STRICT, ConsentKind, Purpose

MINUTES_OF_DAY = 24 * 60
_SPAN = re.compile(r"^([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})$")
Hours = tuple[int, int] | None  # minutes since midnight, the end is not in it; None: closed


def read_hours(text: object) -> Hours:
    """`08:00-21:00` or `closed`. Raises ValueError."""
    if text == "closed":
        return None
    if not isinstance(text, str) or (match := _SPAN.match(text)) is None:
        raise ValueError("hours are written 08:00-21:00, or closed")
    opens, closes = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
    if not opens < closes <= MINUTES_OF_DAY or max(int(match[2]), int(match[4])) > 59:
        raise ValueError("hours begin before they end, within one day")
    return opens, closes


OpenHours = Annotated[Hours, BeforeValidator(read_hours)]


class Row(BaseModel):
    """What rows of all kinds have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9\-]{2,40}$")
    version: int = Field(ge=1)
    place: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")
    effective: date | None = None
    checked: date
    standing: Literal["read", "to_check", "secondary"] = "read"
    source: str = Field(min_length=4)
    says: str = Field(min_length=4)

    @property
    def name(self) -> str:
        """With its version, as evidence keeps it."""
        return f"{self.id}@{self.version}"

    @property
    def country(self) -> str:
        return self.place.partition("-")[0]


class HoursRow(Row):
    kind: Literal["hours"]
    weekdays: OpenHours
    saturday: OpenHours
    sunday: OpenHours
    holidays: Literal["open", "closed"] = "open"

    @property
    def week(self) -> tuple[Hours, ...]:
        """Monday first."""
        return (*(self.weekdays for _ in range(5)), self.saturday, self.sunday)


class _Asking(Row):
    purposes: frozenset[Purpose]
    voice: Literal["any", "ai"] = "any"

    def asks(self, purpose: Purpose, ai_voice: bool) -> bool:
        return purpose in self.purposes and (ai_voice or self.voice == "any")


class ConsentRow(_Asking):
    kind: Literal["consent"]
    needs: ConsentKind

    @property
    def strictness(self) -> int:
        return CONSENT_MILD_TO_STRICT.index(self.needs)


class BanRow(_Asking):
    kind: Literal["ban"]
    while_: Literal["always", "emergency_declared"] = Field(default="always", alias="while")


class RegisterRow(_Asking):
    kind: Literal["register"]
    register_: str = Field(alias="register", pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")
    max_age_days: int = Field(ge=1)


class AttemptsRow(Row):
    kind: Literal["attempts"]
    most: int = Field(ge=1)
    within_hours: int = Field(ge=1)


class RangeRow(Row):
    kind: Literal["range"]
    prefixes: tuple[Annotated[str, Field(pattern=r"^\+[0-9]{1,15}$")], ...] = Field(min_length=1)


class OursRow(Row):
    kind: Literal["ours"]


AnyRow = Annotated[
    HoursRow | ConsentRow | BanRow | RegisterRow | AttemptsRow | RangeRow | OursRow, Field(discriminator="kind")
]
