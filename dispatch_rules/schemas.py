"""Dispatch rules as they go over REST."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from gateway.rest.written import Written
from trunks.schemas import E164, Ids, Name, Numbers


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
