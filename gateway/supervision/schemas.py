"""Supervisors as they go over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.redaction.typed import Typed
from gateway.calls.supervisor_facts import SupervisorMode
from gateway.rest.written import Written

MODE = "listen: hears all, says nothing; whisper: only the human hears it; barge: all do"
Text = Annotated[Typed, Field(min_length=1, repr=False)]


class SupervisorAsked(Written):
    mode: SupervisorMode = Field(description=MODE)
    whom: Literal["human", "agent"] = Field(
        default="human", description="of a whisper; an AI agent is whispered to in writing: POST …/notes"
    )


class SupervisorPass(BaseModel):
    """`token` lets one person into the room at `url` (LiveKit); it is shown this once, and soon expires."""

    call_id: str
    identity: str
    mode: SupervisorMode
    url: str
    token: str = Field(repr=False)
    expires_at: datetime


class SupervisorShown(BaseModel):
    """`key_id` let it in. Who left may come back as long as it is not sent away."""

    model_config = ConfigDict(from_attributes=True)

    identity: str
    key_id: str
    mode: SupervisorMode
    invited_at: datetime
    joined_at: datetime | None
    left_at: datetime | None


class SupervisorList(BaseModel):
    data: list[SupervisorShown]


class NoteAsked(Written):
    text: Text = Field(description="for the agent alone; it may use it, the caller does not hear of it")


class NoteTaken(BaseModel):
    """Sent to the agent under this id."""

    call_id: str
    command_id: str
