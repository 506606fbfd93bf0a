"""Dispatch rules as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from compliance.caller_trust.terms import CallerTrustTerms
from compliance.consent.terms import DisclosureTerms
from compliance.screening.terms import ScreeningTerms
from gateway.rest.written import Written
from trunks.schemas import E164, TRUST, TRUST_PIN, Ids, Name, Numbers, Pin


def _not_reserved(name: str) -> str:
    if name.lower().startswith(("sip.", "gateway.", "lk.")):
        raise ValueError("names that begin with sip., gateway. and lk. have a meaning of their own")
    return name


TRUST_OF_RULE = f"{TRUST}, in place of the trunk's; null: as the trunk says"
LastResort = Literal["agent", "callback", "goodbye"]
SCREENING = "which callers are wanted; of the trunk's terms and these the stricter hold"
DISCLOSURE = "what callers are told before anybody speaks, and whether their calls are recorded"
LAST_RESORT = "after a transfer that reached nobody: the agent goes on, promises a call back, or says goodbye"
CAPTURE = (
    "what its callers key in, unseen, as soon as they are greeted: a name in the agent's `captures`; empty for none"
)
CaptureName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,31})?$")]
AttributeName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,63}$"), AfterValidator(_not_reserved)]
Attributes = Annotated[dict[AttributeName, Annotated[str, Field(max_length=1024)]], Field(max_length=32)]


class RuleAsked(Written):
    name: Name
    enabled: bool = True
    trunk_ids: Ids = Field(description="the inbound trunks it takes calls from")
    numbers: Numbers = Field(default=[], description="called numbers; empty fits all")
    inbound_numbers: Numbers = Field(default=[], description="calling numbers; empty fits all")
    agent_id: str = Field(max_length=40)
    room_prefix: str = Field(default="call-", min_length=1, max_length=32, pattern=r"^[a-z0-9\-]+$")
    fallback_prompt: str = Field(default="sorry_call_back", max_length=64, pattern=r"^[a-z0-9_]+$")
    max_duration_s: int | None = Field(default=None, ge=10, le=24 * 3600)
    pin: Pin = Field(default="", description="the caller keys it in, with #, before anybody answers; empty for none")
    hide_phone_number: bool = Field(default=False, description="the room sees the last four digits at most")
    attributes: Attributes = Field(default={}, description="given to the phone's participant")
    last_resort: LastResort = Field(default="agent", description=LAST_RESORT)
    screening: ScreeningTerms = Field(default=ScreeningTerms(), description=SCREENING)
    disclosure: DisclosureTerms = Field(default=DisclosureTerms(), description=DISCLOSURE)
    capture: CaptureName = Field(default="", description=CAPTURE)
    caller_trust: CallerTrustTerms | None = Field(default=None, description=TRUST_OF_RULE)
    trust_pin: Pin = Field(default="", description=TRUST_PIN)


class RuleChange(Written):
    name: Name | None = None
    enabled: bool | None = None
    trunk_ids: Ids | None = None
    numbers: Numbers | None = None
    inbound_numbers: Numbers | None = None
    agent_id: str | None = Field(default=None, max_length=40)
    room_prefix: str | None = Field(default=None, min_length=1, max_length=32, pattern=r"^[a-z0-9\-]+$")
    fallback_prompt: str | None = Field(default=None, max_length=64, pattern=r"^[a-z0-9_]+$")
    max_duration_s: int | None = Field(default=None, ge=10, le=24 * 3600)
    pin: Pin | None = Field(default=None, description="empty for none")
    hide_phone_number: bool | None = None
    attributes: Attributes | None = Field(default=None, description="replaces all of them")
    last_resort: LastResort | None = Field(default=None, description=LAST_RESORT)
    screening: ScreeningTerms | None = Field(default=None, description=SCREENING + "; replaces all of it")
    disclosure: DisclosureTerms | None = Field(default=None, description=DISCLOSURE + "; replaces all of it")
    capture: CaptureName | None = Field(default=None, description=CAPTURE)
    caller_trust: CallerTrustTerms | None = Field(default=None, description=TRUST_OF_RULE)
    trust_pin: Pin | None = Field(default=None, description=TRUST_PIN)


class Rule(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    enabled: bool
    trunk_ids: list[str]
    numbers: list[str]
    inbound_numbers: list[str]
    agent_id: str
    room_prefix: str
    fallback_prompt: str
    max_duration_s: int | None
    pin_set: bool
    hide_phone_number: bool
    attributes: dict[str, str]
    last_resort: LastResort
    screening: ScreeningTerms
    disclosure: DisclosureTerms
    capture: str
    caller_trust: CallerTrustTerms | None
    trust_pin_set: bool
    livekit_id: str
    created_at: datetime
    updated_at: datetime


class CallImagined(Written):
    """A call to try the rules on."""

    trunk_id: str | None = Field(default=None, max_length=40, description="default: the trunk that has `called`")
    called: E164
    calling: E164


class Resolution(BaseModel):
    rule_id: str | None
    agent_id: str | None
    trunk_id: str | None
    reasons: dict[str, str] = Field(description="for each rule one sentence")
