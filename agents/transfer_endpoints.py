"""An agent wants its caller to go on with a human; on the internal address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from agents.agent_of_call import agent_of_call
from compliance.redaction.typed import Typed
from gateway.calls.internal_endpoints import CallsService, ForRole
from gateway.kernel.errors import NotAllowed
from gateway.transfers.call_endpoints import TransferService
from gateway.transfers.wish import Wish

internal = APIRouter(prefix="/internal/v1", tags=["internal"])


class ChoiceAsked(BaseModel):
    """`choice`: a name in the agent's profile; `request`: the same again begins nothing new."""

    choice: str = Field(max_length=32)
    reason: Typed = ""
    request: str = Field(min_length=1, max_length=100)


class Began(BaseModel):
    transfer_id: str


@internal.post("/calls/{call_id}/transfers", status_code=202)
async def begin(
    call_id: str, asked: ChoiceAsked, calls: CallsService, transfers: TransferService, request: Request,
    _: Annotated[str, Depends(ForRole("transfers"))],
) -> Began:  # fmt: skip
    """To a place that the profile of the call's agent names, and to no other."""
    agent_id, profile = await agent_of_call(calls, call_id)
    choice = next((one for one in profile.transfers if one.name == asked.choice), None)
    if choice is None:
        raise NotAllowed("The agent's profile names no such place.", code="transfer.forbidden", field="choice")
    wish = Wish(choice.target_id, choice.mode, by=agent_id, by_agent=agent_id, note=asked.reason)
    story = await transfers.begin(call_id, wish, request=asked.request)
    return Began(transfer_id=story.transfer_id)
