"""Transfers of calls as they go over REST."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from gateway.calls.transfer_facts import AttemptOutcome, LastResort, Mode, TransferOutcome
from gateway.rest.written import Written
from gateway.transfers.story import Attempt, Stage, Story

LAST_RESORT = "when nobody is reached: the agent goes on, promises a call back, or says goodbye"


class TransferAsked(Written):
    """`to`: a transfer target. `note`: what the human is told besides, by the agent and nobody else."""

    to: str = Field(max_length=40, examples=["tgt_01jd3h8z8kf4b9r2m5x7w6c1va"])
    mode: Mode = Field(default="warm", description="warm: the agent asks the human first; cold: joined at the answer")
    note: str = Field(default="", max_length=2000)
    skill: str | None = Field(default=None, min_length=1, max_length=64, description="of a team: who has it")
    last_resort: LastResort | None = Field(default=None, description=LAST_RESORT + "; default: as the rule says")


class AttemptShown(BaseModel):
    id: str
    target_id: str
    stage: Stage
    outcome: AttemptOutcome | None
    since: datetime = Field(description="when it came to this stage")
    ring_s: int


class TransferShown(BaseModel):
    """`outcome` is null while it is under way; `attempts` in the order in which they were made."""

    id: str
    call_id: str
    mode: Mode
    target_id: str
    began_at: datetime
    parked: bool = Field(description="the caller hears music or ringback")
    cancelled: bool
    outcome: TransferOutcome | None
    joined: str | None = Field(description="the attempt whose human the caller was joined with")
    last_resort: LastResort
    attempts: list[AttemptShown]


class Transfers(BaseModel):
    """All of one call, the first one first."""

    data: list[TransferShown]


def show(story: Story, call_id: str) -> TransferShown:
    return TransferShown(
        id=story.transfer_id,
        call_id=call_id,
        mode=story.mode,
        target_id=story.target_id,
        began_at=story.began_at,
        parked=story.parked,
        cancelled=story.cancelled,
        outcome=story.outcome,
        joined=story.joined or None,
        last_resort=story.last_resort,
        attempts=[_attempt(one) for one in story.attempts],
    )


def _attempt(one: Attempt) -> AttemptShown:
    return AttemptShown(
        id=one.id, target_id=one.target_id, stage=one.stage, outcome=one.outcome, since=one.since, ring_s=one.ring_s
    )
