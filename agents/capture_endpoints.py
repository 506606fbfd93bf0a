"""An agent wants its caller to key in what nobody may know; on the internal address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from agents.agent_of_call import agent_of_call
from gateway.calls.capture_facts import Outcome
from gateway.calls.internal_endpoints import CallsService, ForRole
from gateway.capture.endpoints import Captures
from gateway.capture.service import Wish
from gateway.kernel.errors import NotAllowed

internal = APIRouter(prefix="/internal/v1/calls/{call_id}/captures", tags=["internal"])
Worker = Annotated[str, Depends(ForRole("captures"))]


class CaptureAskedByAgent(BaseModel):
    """`choice`: a name in the agent's profile; `request`: the same again begins nothing new."""

    choice: str = Field(max_length=32)
    request: str = Field(min_length=1, max_length=100)


class CaptureBegun(BaseModel):
    capture_id: str


class CaptureTold(BaseModel):
    """`outcome` is null while it is not over."""

    outcome: Outcome | None
    name: str
    problem: str
    brand: str
    expiry_month: int | None
    expiry_year: int | None
    token: str
    last4: str


@internal.post("", status_code=201)
async def begin(
    call_id: str, asked: CaptureAskedByAgent, calls: CallsService, captures: Captures, _: Worker
) -> CaptureBegun:
    """What the profile of the call's agent names, and nothing else. From the answer on nobody else learns the keys."""
    agent_id, profile = await agent_of_call(calls, call_id)
    choice = next((one for one in profile.captures if one.name == asked.choice), None)
    if choice is None:
        raise NotAllowed("The agent's profile names no such capture.", code="capture.forbidden", field="choice")
    story = await captures.begin(call_id, Wish(choice.spec, agent_id, choice.name), request=asked.request)
    return CaptureBegun(capture_id=story.id)


@internal.get("/{capture_id}")
async def result(
    call_id: str, capture_id: str, captures: Captures, _: Worker, wait_s: Annotated[float, Query(ge=0, le=10)] = 0.0
) -> CaptureTold:
    """What came of it, as soon as it is over or after `wait_s`."""
    one = await captures.ended(call_id, capture_id, wait_s)
    return CaptureTold(
        outcome=one.outcome, name=one.name, problem=one.problem, brand=one.brand, expiry_month=one.expiry_month,
        expiry_year=one.expiry_year, token=one.token, last4=one.last4,
    )  # fmt: skip
