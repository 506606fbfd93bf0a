"""Campaigns as they go over REST."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from compliance.dialling.terms import Purpose
from compliance.do_not_call.schemas import Seller
from gateway.campaigns.models import CampaignRow
from gateway.campaigns.repository import terms_of
from gateway.campaigns.terms import RETRIES, Again, Budget, Limits, Outcome, Pacing, State, Terms, Voicemail, Window
from gateway.gate.schemas import Near, TrunkId, WindowAsked
from gateway.rest.written import Written
from trunks.schemas import E164, Currency, Money, Name

LONGEST_RETRY_S = 30 * 86_400
SHOWS = "a number of the trunk; null: its first"
TRUNK = "outbound; null: as the routes say for each number"
VOICE = "whoever speaks is a machine; the law asks for more then"
OPENING = "the purpose in a few words, for call screening and for the record"
DETECTS = "find out whether a person, a voicemail or a menu answers"
RETRY_RULES = "when to dial again, by the outcome of the dial; replaces all of them; an outcome left out: never"
AgentId = Annotated[str, Field(pattern=r"^agt_[0-9a-z]{26}$")]
Shows = Annotated[E164 | None, Field(description=SHOWS)]
Opening = Annotated[str, Field(max_length=200, description=OPENING)]
RingS = Annotated[int, Field(ge=5, le=120, description="seconds until nobody answers")]
MaxDurationS = Annotated[int, Field(ge=10, le=14_400, description="calls end after so long")]
Often = Annotated[int | None, Field(ge=1, le=1000)]


class LimitsAsked(Written):
    """How often one number is dialled at most; null: only as the law limits it."""

    per_day: Often = Field(default=1, description="in any 24 hours")
    per_week: Often = Field(default=None, description="in any seven days")
    in_campaign: Often = 5


class AgainAsked(Written):
    after_s: int = Field(ge=10, le=LONGEST_RETRY_S)
    most: int = Field(ge=1, le=100, description="further dials after this outcome, in all")


class PacingAsked(Written):
    calls_per_s: float | None = Field(default=None, gt=0, le=100, description="null: as the trunk takes them")
    at_once: int = Field(default=1, ge=1, le=1000, description="calls under way, and so agents at work")


class VoicemailAsked(Written):
    policy: Literal["hang_up", "leave_message"] = "hang_up"
    message: str = Field(default="", max_length=2000, description="what the agent says after the tone")


class BudgetAsked(Written):
    amount: Money
    currency: Currency = "USD"


def _retries() -> dict[Outcome, AgainAsked]:
    return {outcome: AgainAsked(after_s=one.after_s, most=one.most) for outcome, one in RETRIES.items()}


class TermsAsked(Written):
    agent_id: AgentId
    trunk_id: TrunkId | None = Field(default=None, description=TRUNK)
    shows: Shows = None
    purpose: Purpose = "marketing"
    ai_voice: bool = Field(default=True, description=VOICE)
    seller: Seller = ""
    starts_at: Near | None = Field(default=None, description="nobody is dialled before; null: once it is started")
    ends_at: Near | None = Field(default=None, description="nobody is dialled from then on")
    window: WindowAsked = WindowAsked()
    limits: LimitsAsked = LimitsAsked()
    retries: dict[Outcome, AgainAsked] = Field(default_factory=_retries, description=RETRY_RULES)
    pacing: PacingAsked = PacingAsked()
    voicemail: VoicemailAsked = VoicemailAsked()
    opening: Opening = ""
    detects_machine: bool = Field(default=True, description=DETECTS)
    ring_s: RingS = 30
    max_duration_s: MaxDurationS = 600
    budget: BudgetAsked | None = Field(default=None, description="it pauses once so much may be spent; null: no bound")

    def terms(self) -> Terms:
        return Terms(
            agent_id=self.agent_id, trunk_id=self.trunk_id, shows=self.shows or "", purpose=self.purpose,
            ai_voice=self.ai_voice, seller=self.seller, starts_at=self.starts_at, ends_at=self.ends_at,
            window=_window(self.window), limits=Limits(**self.limits.model_dump()),
            retries={one: Again(**again.model_dump()) for one, again in self.retries.items()},
            pacing=Pacing(**self.pacing.model_dump()), voicemail=Voicemail(**self.voicemail.model_dump()),
            opening=self.opening, detects_machine=self.detects_machine, ring_s=self.ring_s,
            max_duration_s=self.max_duration_s, budget=_budget(self.budget),
        )  # fmt: skip


class CampaignAsked(TermsAsked):
    name: Name


class CampaignChange(Written):
    """What is left out stays; a part in braces is replaced as a whole."""

    name: Name | None = None
    agent_id: AgentId | None = None
    trunk_id: TrunkId | None = Field(default=None, description=TRUNK)
    shows: Shows = None
    purpose: Purpose | None = None
    ai_voice: bool | None = Field(default=None, description=VOICE)
    seller: Seller | None = None
    starts_at: Near | None = None
    ends_at: Near | None = None
    window: WindowAsked | None = None
    limits: LimitsAsked | None = None
    retries: dict[Outcome, AgainAsked] | None = Field(default=None, description=RETRY_RULES)
    pacing: PacingAsked | None = None
    voicemail: VoicemailAsked | None = None
    opening: Opening | None = None
    detects_machine: bool | None = Field(default=None, description=DETECTS)
    ring_s: RingS | None = None
    max_duration_s: MaxDurationS | None = None
    budget: BudgetAsked | None = None


NULLABLE = frozenset({"trunk_id", "shows", "starts_at", "ends_at", "budget"})


class CampaignShown(CampaignAsked):
    id: str
    state: State
    why: str = Field(description="of the state; empty: somebody asked for it")
    contacts: int
    spent: str = Field(description="decimal, in the currency of its trunk")
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def asked_of(row: CampaignRow) -> CampaignAsked:
    """As somebody would ask for what it is now."""
    terms = terms_of(row)
    kept = terms.model_dump(exclude={"window", "shows", "budget"})
    budget = terms.budget
    return CampaignAsked(
        name=row.name, shows=terms.shows or None, window=_window_asked(terms.window), **kept,
        budget=BudgetAsked(amount=f"{budget.amount:f}", currency=budget.currency) if budget else None,
    )  # fmt: skip


def shown(row: CampaignRow) -> CampaignShown:
    return CampaignShown(
        id=row.id, state=row.state, why=row.why, contacts=row.contacts, spent=row.spent,  # pyright: ignore[reportArgumentType]
        created_at=row.created_at, updated_at=row.updated_at, started_at=row.started_at, ended_at=row.ended_at,
        **asked_of(row).model_dump(),
    )  # fmt: skip


def _window(asked: WindowAsked) -> Window:
    return Window(
        zone=asked.zone or "", weekdays=asked.weekdays, saturday=asked.saturday or "", sunday=asked.sunday or "",
        days_off=tuple(asked.days_off),
    )  # fmt: skip


def _window_asked(window: Window) -> WindowAsked:
    return WindowAsked(
        zone=window.zone or None, weekdays=window.weekdays, saturday=window.saturday or None,
        sunday=window.sunday or None, days_off=list(window.days_off),
    )  # fmt: skip


def _budget(asked: BudgetAsked | None) -> Budget | None:
    return Budget(amount=Decimal(asked.amount), currency=asked.currency) if asked else None
