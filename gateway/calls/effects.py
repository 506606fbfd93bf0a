"""Effects: what is to be done, as values. The runner commits them with the events, then acts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gateway.calls.facts import Strict


class DispatchAgent(Strict):
    """Ask LiveKit for an agent in the room; `resume`: it takes over a conversation that has begun."""

    kind: Literal["dispatch_agent"] = "dispatch_agent"
    room: str
    agent_id: str
    resume: bool = False


class RemoveParticipant(Strict):
    """Take a participant out of the room; a SIP participant's phone hears a BYE."""

    kind: Literal["remove_participant"] = "remove_participant"
    room: str
    identity: str


class CloseRoom(Strict):
    """Delete the room so that no agent stays behind in it, unless another caller or a person is there.

    `leaving` is the identity of the leg that has gone; LiveKit may still list it for a while.
    """

    kind: Literal["close_room"] = "close_room"
    room: str
    leaving: str = ""


Effect = Annotated[DispatchAgent | RemoveParticipant | CloseRoom, Field(discriminator="kind")]
parse_effect: TypeAdapter[Effect] = TypeAdapter(Effect)
