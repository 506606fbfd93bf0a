"""Captures as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from compliance.capture.spec import MOST_FIELDS, CaptureSpec, FieldAsked, Kind, Patience
from gateway.calls.capture_facts import CapturePii, Outcome
from gateway.capture.story import Story
from gateway.rest.written import Written


class CaptureWanted(Written):
    """`fields` in the order in which the caller is asked; each is a kind, or a kind with its length or mask."""

    fields: list[Kind | FieldAsked] = Field(
        min_length=1, max_length=MOST_FIELDS, examples=[["card_number", "expiry", "cvv"]]
    )
    talk: bool = Field(
        default=False, description="the others go on hearing the caller, without the tones: a human helps; else silence"
    )
    show_expiry: bool = Field(default=False, description="the result tells month and year")
    patience: Patience = Field(default=Patience(), description="seconds until it counts as given up")
    _spec: CaptureSpec = PrivateAttr()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self._spec = CaptureSpec.model_validate(self.model_dump())
        return self

    @property
    def spec(self) -> CaptureSpec:
        return self._spec


class CaptureShown(BaseModel):
    """`keys` of `of` is how far the `field` is that is being asked for. `pii` is null for a key without its scope.

    No digit is kept but the card's last four; `token` stands for what was keyed in at the tokeniser's."""

    id: str
    call_id: str
    asked_by: str = Field(description="the agent's id, a key's id")
    name: str | None = Field(description="what the agent's profile calls it")
    state: Literal["asked", "running", "over"]
    fields: list[Kind]
    talk: bool
    field: Kind | None
    keys: int
    of: int | None = Field(description="null while it is not known")
    attempt: int
    outcome: Outcome | None = Field(description="null while it is not over")
    problem: str | None
    brand: str | None
    expiry_month: int | None
    expiry_year: int | None
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    pii: CapturePii | None


class CaptureList(BaseModel):
    data: list[CaptureShown]


def show(story: Story, call_id: str, *, with_pii: bool) -> CaptureShown:
    return CaptureShown(
        id=story.id,
        call_id=call_id,
        asked_by=story.asked_by,
        name=story.name or None,
        state=story.state,
        fields=list(story.fields),
        talk=story.talk,
        field=story.field,
        keys=story.keys,
        of=story.of,
        attempt=story.attempt,
        outcome=story.outcome,
        problem=story.problem or None,
        brand=story.brand or None,
        expiry_month=story.expiry_month,
        expiry_year=story.expiry_year,
        asked_at=story.asked_at,
        began_at=story.began_at,
        ended_at=story.ended_at,
        pii=CapturePii(token=story.token, last4=story.last4) if with_pii and story.outcome == "taken" else None,
    )
