"""What the control plane tells a leg that is on: who hears whom, music, hold; to capture keys. Signed, for one call,
once, for seconds.

A command travels as a LiveKit data message to the leg's participant; what came of it comes back as a fact: `AudioSet`,
or for a capture `CaptureBegan` and `CaptureEnded`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, TypeAdapter

from compliance.capture.spec import CaptureSpec
from gateway.calls.facts import Strict
from gateway.calls.signed_commands import Door, sign
from gateway.kernel.role_tokens import RoleTokens

MOST_HEARD = 100

# Attributes of CreateSIPParticipant; a call out begins by them. What cannot be read: hears nobody, is not heard.
BORN_HEARING = "gateway.hears"  # identities with commas between them; empty: nobody
BORN_SPEAKING = "gateway.speaks"  # "true" or "false"
ROLE, HUMAN = "gateway.role", "human"  # and the participant has it: a person, who may keep a caller company


class AudioAsked(Strict):
    """What is left out stays as it is."""

    hears: Literal["all"] | list[str] | None = Field(
        default=None,
        max_length=MOST_HEARD,
        description="identities of the room that the phone hears; nobody else is heard",
    )
    speaks: bool | None = Field(default=None, description="false: the room hears silence from the phone")
    held: bool | None = Field(default=None, description="music for the phone, silence for the room")
    plays: Literal["music", "ringback", "nothing"] | None = Field(
        default=None,
        description="what the phone hears in the place of the room, over and over, without being put on hold; "
        "nothing gives the room back",
    )
    relays_digits: bool | None = Field(
        default=None, description="keys of other phones in the room are sent on to this phone; not unless asked"
    )


class AudioCommand(Strict):
    id: str
    asked: AudioAsked


class BeginCapture(Strict):
    """From this moment on the phone's keys go into the capture and nowhere else."""

    kind: Literal["begin_capture"] = "begin_capture"
    capture_id: str = Field(max_length=64)
    spec: CaptureSpec


class CancelCapture(Strict):
    kind: Literal["cancel_capture"] = "cancel_capture"
    capture_id: str = Field(max_length=64)


class CaptureCommand(Strict):
    id: str
    asked: BeginCapture | CancelCapture


LegCommand = AudioCommand | CaptureCommand
_asked: TypeAdapter[BeginCapture | CancelCapture | AudioAsked] = TypeAdapter(BeginCapture | CancelCapture | AudioAsked)


def sign_command(tokens: RoleTokens, call_id: str, command: LegCommand) -> str:
    return sign(tokens, "node", call_id, command.id, command.asked.model_dump_json(exclude_none=True))


class CommandDoor(Door[LegCommand]):
    """Lets in what was signed for the leg of this call, each command once."""

    def __init__(self, tokens: RoleTokens, call_id: str) -> None:
        super().__init__(tokens, "node", call_id, _read)


def _read(number: str, asked: str) -> LegCommand:
    what = _asked.validate_json(asked)
    if isinstance(what, AudioAsked):
        return AudioCommand(id=number, asked=what)
    return CaptureCommand(id=number, asked=what)
