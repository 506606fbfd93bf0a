"""What the control plane tells the agent of a call during a transfer. Signed; see `signed_commands`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gateway.calls.facts import Strict
from gateway.calls.signed_commands import Door, sign
from gateway.calls.transfer_facts import LastResort, Mode, TransferOutcome
from gateway.kernel.role_tokens import RoleTokens


class Wait(Strict):
    """The caller hears music or ringback and not you, nor do you hear the caller: be silent until more is said."""

    kind: Literal["wait"] = "wait"
    transfer_id: str


class Brief(Strict):
    """Speak with this human, whom the caller does not hear: who is waiting, why, and will you take the call?"""

    kind: Literal["brief"] = "brief"
    transfer_id: str
    attempt_id: str
    human: str = Field(description="identity in the room")
    note: str = Field(default="", max_length=2000, repr=False, description="of whoever asked for the transfer")
    detects_machine: bool = Field(default=True, description="what answered may be a machine")


class Introduce(Strict):
    """Caller and human hear each other: a last word after a warm transfer, none after a cold one, and leave."""

    kind: Literal["introduce"] = "introduce"
    transfer_id: str
    mode: Mode = "warm"


class GiveBack(Strict):
    """The caller is yours again; say how it went, and go on, or promise a call back, or end it politely."""

    kind: Literal["give_back"] = "give_back"
    transfer_id: str
    outcome: TransferOutcome
    then: LastResort = "agent"


class Note(Strict):
    """A supervisor whispers to you in writing: use it as you see fit; the caller is not told."""

    kind: Literal["note"] = "note"
    text: str = Field(max_length=2000, repr=False)


AgentAsked = Annotated[Wait | Brief | Introduce | GiveBack | Note, Field(discriminator="kind")]
_asked: TypeAdapter[AgentAsked] = TypeAdapter(AgentAsked)


class AgentCommand(Strict):
    id: str
    asked: AgentAsked


def sign_agent_command(tokens: RoleTokens, call_id: str, command: AgentCommand) -> str:
    return sign(tokens, "worker", call_id, command.id, command.asked.model_dump_json())


class AgentDoor(Door[AgentCommand]):
    """Lets in what was signed for the agent of this call, each command once."""

    def __init__(self, tokens: RoleTokens, call_id: str) -> None:
        super().__init__(tokens, "worker", call_id, _read)


def _read(number: str, asked: str) -> AgentCommand:
    return AgentCommand(id=number, asked=_asked.validate_json(asked))
