"""The question to the gate as it goes over REST."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from compliance.consent.terms import Place
from compliance.dialling.asked import Asked, OwnLimits, OwnWindow
from compliance.dialling.rows import Hours, read_hours
from compliance.dialling.terms import Line, Purpose
from compliance.dialling.week import zone_of
from compliance.do_not_call.schemas import Number, Seller
from gateway.rest.moments import Moment
from gateway.rest.written import Written

FIRST_YEAR, LAST_YEAR = 2000, 2100


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it is no time zone, such as America/New_York") from error
    return name


def _near(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"it is not between {FIRST_YEAR} and {LAST_YEAR}")
    return moment


def _hours(text: str) -> str:
    read_hours(text)
    return text


Zone = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_+\-/]+$"), AfterValidator(_zone)]
DayHours = Annotated[
    str,
    Field(pattern=r"^(closed|[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2})$", examples=["09:00-17:30"]),
    AfterValidator(_hours),
]
Near = Annotated[Moment, AfterValidator(_near)]
TrunkId = Annotated[str, Field(pattern=r"^trk_[0-9a-z]{26}$")]


class WindowAsked(Written):
    """When the operator wants to call; a day that is left out is as the one before it in this list."""

    zone: Zone | None = Field(default=None, description="null: by the clock of whoever is called")
    weekdays: DayHours = "00:00-24:00"
    saturday: DayHours | None = None
    sunday: DayHours | None = None
    days_off: list[date] = Field(default=[], max_length=400)

    def own(self) -> OwnWindow:
        weekdays = read_hours(self.weekdays)
        saturday = weekdays if self.saturday is None else read_hours(self.saturday)
        sunday = saturday if self.sunday is None else read_hours(self.sunday)
        week: tuple[Hours, ...] = (*(weekdays for _ in range(5)), saturday, sunday)
        return OwnWindow(week, self.zone or "", frozenset(self.days_off))


class LimitsAsked(Written):
    per_day: int | None = Field(default=None, ge=1, le=1000, description="in any 24 hours")
    per_week: int | None = Field(default=None, ge=1, le=1000, description="in any seven days")
    in_campaign: int | None = Field(default=None, ge=1, le=1000)


class ExplainAsked(Written):
    """What is left out is not known, and what is not known is taken to be the strictest."""

    number: Number
    at: Near | None = Field(default=None, description="left out: now")
    purpose: Purpose = "marketing"
    voice: Literal["ai", "human"] = "ai"
    seller: Seller = ""
    trunk_id: TrunkId | None = Field(default=None, description="left out: any enabled one, and none's caps")
    places: list[Place] = Field(default=[], max_length=8, description="by the person's address on record")
    line: Line = Field(default="unknown", description="mobile and ported numbers may be anywhere in their country")
    window: WindowAsked | None = None
    limits: LimitsAsked = LimitsAsked()
    attempts: list[Near] = Field(default=[], max_length=1000, description="dials of the last seven days")
    in_campaign: int = Field(default=0, ge=0, le=100_000, description="dials of this campaign so far")
    duration_s: int | None = Field(default=None, ge=1, le=86_400, description="the longest that it may last")
    declared: list[Place] = Field(default=[], max_length=60, description="places with a declared emergency")

    def asked(self, at: datetime) -> Asked:
        return Asked(
            number=self.number,
            at=at,
            purpose=self.purpose,
            ai_voice=self.voice == "ai",
            seller=self.seller,
            window=self.window.own() if self.window else None,
            limits=OwnLimits(self.limits.per_day, self.limits.per_week, self.limits.in_campaign),
            duration_s=self.duration_s,
        )
