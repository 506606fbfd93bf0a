"""What is recorded about supervisors of a call: who was let in, how, and when they were there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.calls.facts import Fact

SupervisorMode = Literal["listen", "whisper", "barge"]


class OfSupervisor(Fact):
    """`identity` is the supervisor's in the room, `key_id` the API key by which it was let in."""

    identity: str = Field(max_length=64, description="sup_…")
    key_id: str = Field(default="", max_length=100)


class SupervisorInvited(OfSupervisor):
    """A token was given out. `whom`: who alone hears a whisper, by identity."""

    kind: Literal["supervisor_invited"] = "supervisor_invited"
    mode: SupervisorMode
    whom: str = ""


class SupervisorJoined(OfSupervisor):
    """In the room. `mode` is empty for one who was not invited, or is no more; it is taken out again."""

    kind: Literal["supervisor_joined"] = "supervisor_joined"
    mode: SupervisorMode | Literal[""] = ""


class SupervisorLeft(OfSupervisor):
    kind: Literal["supervisor_left"] = "supervisor_left"
    mode: SupervisorMode | Literal[""] = ""


class SupervisorDismissed(OfSupervisor):
    """The token counts no more, and who came by it is taken out of the room. `key_id`: who did that."""

    kind: Literal["supervisor_dismissed"] = "supervisor_dismissed"


class AgentNoted(Fact):
    """A supervisor wrote the agent a note; what it says is kept nowhere."""

    kind: Literal["agent_noted"] = "agent_noted"
    key_id: str = Field(max_length=100)
    command_id: str = Field(max_length=64)


Presence = SupervisorInvited | SupervisorJoined | SupervisorLeft | SupervisorDismissed
SupervisorFact = Presence | AgentNoted
