"""What the control plane tells a leg that is on: who hears whom, music, hold. Signed, for one call, once, for seconds.

A command travels as a LiveKit data message to the leg's participant; what came of it comes back as the fact `AudioSet`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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


def sign_command(tokens: RoleTokens, call_id: str, command: AudioCommand) -> str:
    return sign(tokens, "node", call_id, command.id, command.asked.model_dump_json(exclude_none=True))


class CommandDoor(Door[AudioCommand]):
    """Lets in what was signed for the leg of this call, each command once."""

    def __init__(self, tokens: RoleTokens, call_id: str) -> None:
        super().__init__(tokens, "node", call_id, _read)


def _read(number: str, asked: str) -> AudioCommand:
    return AudioCommand(id=number, asked=AudioAsked.model_validate_json(asked))
