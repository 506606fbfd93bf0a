"""The words of campaigns: what one is asked to do, how it stands, and what becomes of its dials. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from compliance.dialling.terms import Purpose

State = Literal["draft", "running", "paused", "stopped", "finished"]
ContactState = Literal["waiting", "open", "done", "refused"]  # open: an attempt is under way
AttemptState = Literal["claimed", "dialling", "ended"]
Outcome = Literal[
    "answered", "voicemail", "message_left", "screened", "ivr", "fax", "silence", "busy", "no_answer", "declined",
    "blocked", "unreachable", "carrier_limit", "failed", "refused", "not_now", "no_agent", "unknown",
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
# nothing went out to the person: the gate or the trunk's admission said no, or no agent came
NOT_DIALLED: frozenset[Outcome] = frozenset({"refused", "not_now", "no_agent"})
# the carrier's or our own fault: nothing rang, so it does not count against how often a person may be called
NEVER_RANG: frozenset[Outcome] = NOT_DIALLED | frozenset[Outcome]({"unreachable", "carrier_limit", "failed"})


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(Strict):
    """When the operator wants to call. `zone`: "" by the clock of whoever is called. Hours as in `08:00-21:00`, or
    `closed`; saturday and sunday "" as the day before."""

    zone: str = ""
    weekdays: str = "00:00-24:00"
    saturday: str = ""
    sunday: str = ""
    days_off: tuple[date, ...] = ()


class Limits(Strict):
    """How often one number is dialled at most; None: only the law's limits."""

    per_day: int | None = 1
    per_week: int | None = None
    in_campaign: int | None = 5


class Again(Strict):
    """Another attempt `after_s` seconds after one with this outcome, `most` times in all."""

    after_s: int
    most: int


class Pacing(Strict):
    """`calls_per_s`: None for the trunk's own. `at_once`: attempts under way, and so agents at work."""

    calls_per_s: float | None = None
    at_once: int = 1


class Voicemail(Strict):
    """What the agent does when a voicemail answers."""

    policy: Literal["hang_up", "leave_message"] = "hang_up"
    message: str = ""


class Budget(Strict):
    amount: Decimal
    currency: str


MINUTE, HOUR, DAY = 60, 3600, 86_400
RETRIES: dict[Outcome, Again] = {
    "busy": Again(after_s=15 * MINUTE, most=3),
    "no_answer": Again(after_s=4 * HOUR, most=3),
    "voicemail": Again(after_s=DAY, most=2),
    "silence": Again(after_s=DAY, most=1),
    "carrier_limit": Again(after_s=MINUTE, most=20),
    "unreachable": Again(after_s=10 * MINUTE, most=3),
    "failed": Again(after_s=10 * MINUTE, most=3),
    "no_agent": Again(after_s=MINUTE, most=100),
}


class Terms(Strict):
    """What a campaign is. `trunk_id`: None for the routes'; `shows`: the number it is called from, "" for the trunk's
    first; `opening`: the short purpose that call screening is told. `seller`: in whose name, as consents have it."""

    agent_id: str
    trunk_id: str | None = None
    shows: str = ""
    purpose: Purpose = "marketing"
    ai_voice: bool = True
    seller: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    window: Window = Window()
    limits: Limits = Limits()
    retries: dict[Outcome, Again] = Field(default_factory=lambda: dict(RETRIES))
    pacing: Pacing = Pacing()
    voicemail: Voicemail = Voicemail()
    opening: str = ""
    detects_machine: bool = True
    ring_s: int = 30
    max_duration_s: int = 600
    budget: Budget | None = None
