"""Transfers of calls as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from compliance.redaction.typed import Typed
from gateway.calls.refer_facts import ReferEnd
from gateway.calls.transfer_facts import AttemptOutcome, By, LastResort, Mode, TransferOutcome
from gateway.rest.written import Written
from gateway.transfers.story import Attempt, Stage, Story

MODE = (
    "warm: the agent asks the human first; cold: joined at the answer, or sent there by REFER where that is known to "
    "work; refer: cold, and by REFER first, whatever is known"
)
LAST_RESORT = "when nobody is reached: the agent goes on, promises a call back, or says goodbye"


class TransferAsked(Written):
    """`to`: a transfer target. `note`: what the human is told besides, by the agent and nobody else."""

    to: str = Field(max_length=40, examples=["tgt_01jd3h8z8kf4b9r2m5x7w6c1va"])
    mode: Literal["warm", "cold", "refer"] = Field(default="warm", description=MODE)
    note: Typed = ""
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
    asked_by: str = Field(description="the agent's id, a key's id")
    began_at: datetime
    parked: bool = Field(description="the caller hears music or ringback")
    cancelled: bool
    outcome: TransferOutcome | None
    by: By = Field(description="of a caller who is connected: through us, or by the caller's own phone")
    refer: ReferEnd | Literal["placed"] | None = Field(description="what came of a REFER, if one was tried")
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
        asked_by=story.asked_by,
        began_at=story.began_at,
        parked=story.parked,
        cancelled=story.cancelled,
        outcome=story.outcome,
        by=story.by,
        refer=(story.refer.end or "placed") if story.refer else None,
        joined=story.joined or None,
        last_resort=story.last_resort,
        attempts=[_attempt(one) for one in story.attempts],
    )


def _attempt(one: Attempt) -> AttemptShown:
    return AttemptShown(
        id=one.id, target_id=one.target_id, stage=one.stage, outcome=one.outcome, since=one.since, ring_s=one.ring_s
    )
