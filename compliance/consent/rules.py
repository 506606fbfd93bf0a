"""The law as rows of dated files, one per place and duty; what a place asks for on a given day. Pure but for `shipped`.

[[rule]]
id = "us-ca"               never given to another rule
version = 1                goes up when a word of the row changes
place = "US-CA"            ISO 3166: a country, a state of one, or EU
recording = "notice"       none: may be recorded; notice: those who stay on after being told consent;
                           ask: an explicit yes
ai = "none"                tell: the caller is told that this is a machine
effective = 1967-01-01     since when; effective_to: "day", or "year" when only the year is known
checked = 2026-11-20       when the row was last compared with its source
source = "…"               says = "…" one plain sentence
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Asked = Literal["none", "notice", "ask"]  # mild to strict
MILD_TO_STRICT: tuple[Asked, ...] = ("none", "notice", "ask")
STRICTEST: Asked = "ask"
EU = "EU"
# ISO 3166-1 codes of the member states
EU_MEMBERS = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
     "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
_FOLDER = Path(__file__).parent / "rules"


class Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9\-]{2,40}$")
    version: int = Field(ge=1)
    place: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    recording: Asked
    ai: Literal["none", "tell"]
    effective: date
    effective_to: Literal["day", "year"] = "day"
    checked: date
    source: str = Field(min_length=4)
    says: str = Field(min_length=4)

    @property
    def name(self) -> str:
        """With its version, as evidence keeps it."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True)
class Duty:
    """What a place asks for. `is_known`: there is a row of its own for it; without one it asks for the strictest."""

    place: str
    recording: Asked
    tell_ai: bool
    rules: tuple[str, ...]
    is_known: bool


class Rulebook:
    """All rows. Raises ValueError for two with one id."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules have the same id")

    def states_of(self, country: str) -> list[str]:
        """The states that have rows; a country without is one place."""
        return sorted({rule.place for rule in self.rules if rule.place.startswith(f"{country}-")})

    def duty(self, place: str, on: date) -> Duty:
        """Of a state with those of its country, of a member of the Union with those of the Union.

        A country that has states is known by state only: `US` alone asks for what its strictest state asks for.
        """
        country, _, state = place.partition("-")
        states = self.states_of(country)
        if states and not state:
            return _strictest(place, [self.duty(one, on) for one in states])
        wider = {country, EU} if country in EU_MEMBERS else {country}
        rows = [rule for rule in self.rules if rule.place in {place, *wider} and rule.effective <= on]
        own = any(rule.place == (place if states else country) for rule in rows)
        return Duty(
            place=place,
            recording=stricter(rule.recording for rule in rows) if own else STRICTEST,
            tell_ai=any(rule.ai == "tell" for rule in rows) or not own,
            rules=tuple(rule.name for rule in rows),
            is_known=own,
        )


def stricter(several: Iterable[Asked]) -> Asked:
    """The strictest of them; of nothing the strictest there is."""
    found: Asked | None = None
    for one in several:
        if found is None or MILD_TO_STRICT.index(one) > MILD_TO_STRICT.index(found):
            found = one
    return found or STRICTEST


def _strictest(place: str, duties: Sequence[Duty]) -> Duty:
    asked = stricter(duty.recording for duty in duties)
    decisive = dict.fromkeys(rule for duty in duties if duty.recording == asked or duty.tell_ai for rule in duty.rules)
    return Duty(place, asked, any(duty.tell_ai for duty in duties), tuple(decisive), is_known=True)


@cache
def shipped() -> Rulebook:
    """The rows of this package. Raises ValueError for a row that is none."""
    rows = [row for file in sorted(_FOLDER.glob("*.toml")) for row in tomllib.loads(file.read_text())["rule"]]
    return Rulebook(TypeAdapter(list[Rule]).validate_python(rows))
