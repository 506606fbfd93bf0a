"""What the control plane tells the recorder of a call. Signed; see `signed_commands`. Facts tell what came of it."""

from __future__ import annotations

from typing import Literal

from gateway.calls.facts import Strict
from gateway.calls.signed_commands import Door, sign
from gateway.kernel.role_tokens import RoleTokens


class RecorderAsked(Strict):
    do: Literal["pause", "resume", "stop"]
    recording_id: str


class RecorderCommand(Strict):
    id: str
    asked: RecorderAsked


def sign_recorder_command(tokens: RoleTokens, call_id: str, command: RecorderCommand) -> str:
    return sign(tokens, "recorder", call_id, command.id, command.asked.model_dump_json())


class RecorderDoor(Door[RecorderCommand]):
    """Lets in what was signed for the recorder of this call, each command once."""

    def __init__(self, tokens: RoleTokens, call_id: str) -> None:
        super().__init__(tokens, "recorder", call_id, _read)


def _read(number: str, asked: str) -> RecorderCommand:
    return RecorderCommand(id=number, asked=RecorderAsked.model_validate_json(asked))
