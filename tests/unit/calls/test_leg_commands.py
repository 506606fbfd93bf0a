"""Commands to a leg: for one call, once, within seconds, and unchanged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from pydantic import ValidationError

from gateway.calls import signed_commands
from gateway.calls.leg_commands import AudioAsked, AudioCommand, CommandDoor, sign_command
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys

COMMAND = AudioCommand(id="cmd_1", asked=AudioAsked(hears=["agent-1"], speaks=False))


@pytest.fixture
def tokens(tmp_path: Path) -> RoleTokens:
    ensure_role_keys(tmp_path)
    return RoleTokens(tmp_path)


def signed(tokens: RoleTokens, call: str = "call_1", command: AudioCommand = COMMAND) -> bytes:
    return sign_command(tokens, call, command).encode()


def test_what_was_signed_for_the_call_comes_through_once(tokens: RoleTokens) -> None:
    door = CommandDoor(tokens, "call_1")
    message = signed(tokens)
    assert door.take(message) == COMMAND
    with pytest.raises(NotAuthenticated, match="before"):
        door.take(message)
    assert door.take(signed(tokens, command=AudioCommand(id="cmd_2", asked=AudioAsked(held=True)))).asked.held


def test_a_command_for_another_call_or_purpose_is_refused(tokens: RoleTokens) -> None:
    door = CommandDoor(tokens, "call_1")
    for message in (
        signed(tokens, "call_2"),
        tokens.sign("node", "facts", "control-plane").encode(),
        tokens.sign("node", "commands", "control-plane").encode(),
        tokens.sign("node", "commands", "x", said={"jti": "1", "call": "call_1", "asked": "{"}).encode(),
        b"\xff\xfe",
        b"",
    ):
        with pytest.raises(NotAuthenticated):
            door.take(message)


def test_an_old_a_changed_and_a_forged_command_are_refused(
    tokens: RoleTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = CommandDoor(tokens, "call_1")
    head, body, seal = signed(tokens).split(b".")
    claims = jwt.decode(signed(tokens), options={"verify_signature": False})
    forged = jwt.encode({**claims, "jti": "x"}, "k" * 64, algorithm="HS256", headers={"kid": "node"}).encode()
    monkeypatch.setattr(signed_commands, "LIFETIME", timedelta(seconds=-1))
    for message in (b".".join((head, body[:-2] + b"AA", seal)), forged, signed(tokens)):
        with pytest.raises(NotAuthenticated):
            door.take(message)


@pytest.mark.parametrize("wrong", [{"hears": "me"}, {"hears": ["a"] * 101}, {"mute": True}, {"speaks": "perhaps"}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AudioAsked.model_validate(wrong)
