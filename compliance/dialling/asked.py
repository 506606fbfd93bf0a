"""What the gate is asked, and what is known when it decides: values that others looked up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from compliance.dialling.places import Spot
from compliance.dialling.rows import Hours
from compliance.dialling.terms import ConsentKind, NumberKind, Purpose, Scope


@dataclass(frozen=True)
class OwnWindow:
    """When the operator wants to call. `zone`: an IANA name; "": by the clock of whoever is called, in every zone."""

    week: tuple[Hours, ...]
    zone: str = ""
    days_off: frozenset[date] = frozenset()


@dataclass(frozen=True)
class OwnLimits:
    """How often the operator wants to call one number at most: in any 24 hours, any seven days, the whole campaign."""

    per_day: int | None = None
    per_week: int | None = None
    in_campaign: int | None = None


@dataclass(frozen=True)
class Asked:
    """`at`: aware. `seller`: in whose name; "" only where no consent is needed. `duration_s`: at most so long."""

    number: str
    at: datetime
    purpose: Purpose = "marketing"
    ai_voice: bool = True
    seller: str = ""
    window: OwnWindow | None = None
    limits: OwnLimits = OwnLimits()
    duration_s: int | None = None


@dataclass(frozen=True)
class Destination:
    """What the number may be, by every reading of it; `allowed` are the countries that may be called. `range_of`: a
    list of revenue-share ranges that has it."""

    kinds: tuple[NumberKind, ...]
    countries: tuple[str, ...]
    allowed: tuple[str, ...]
    range_of: str = ""


@dataclass(frozen=True)
class Consent:
    """`evidence`: where the proof is; consent without is none. `withdrawn_at`: from then on it does not count."""

    id: str
    kind: ConsentKind
    purposes: frozenset[Purpose]
    seller: str
    given_at: datetime
    evidence: str
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """An entry of the own list; `seller` "": whoever calls."""

    id: str
    scope: Scope
    seller: str
    at: datetime


@dataclass(frozen=True)
class Revocation:
    id: str
    scope: Scope
    seller: str
    at: datetime


@dataclass(frozen=True)
class ListCopy:
    """An imported list as it counts. `register`: whose; `dated`: the day it was taken from there."""

    name: str
    register: str
    place: str
    scope: Scope
    dated: date
    has_number: bool


@dataclass(frozen=True)
class Calendar:
    """Holidays of a place; `years`: those that it is complete for."""

    years: frozenset[int]
    days: frozenset[date]


@dataclass(frozen=True)
class Caps:
    """Of the trunk. `minutes_left`: what today's money pays for; `max_calls`: at once."""

    minutes_left: int | None = None
    open_calls: int = 0
    max_calls: int | None = None
    max_duration_s: int | None = None


@dataclass(frozen=True)
class Facts:
    """`attempts`: instants of earlier dials of the last seven days, for every campaign; `in_campaign`: dials of this
    one ever. `declared`: places with a declared emergency."""

    spots: tuple[Spot, ...]
    destination: Destination
    consents: tuple[Consent, ...] = ()
    listed: tuple[Listed, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    lists: tuple[ListCopy, ...] = ()
    attempts: tuple[datetime, ...] = ()
    in_campaign: int = 0
    holidays: Mapping[str, Calendar] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    caps: Caps = Caps()
