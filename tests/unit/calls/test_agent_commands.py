"""Commands to an agent: for the agent of one call, and no command to a leg or from a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.calls.agent_commands import (
    AgentAsked,
    AgentCommand,
    AgentDoor,
    Brief,
    GiveBack,
    Introduce,
    sign_agent_command,
)
from gateway.calls.leg_commands import AudioAsked, AudioCommand, CommandDoor, sign_command
from gateway.calls.signed_commands import sign
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys

BRIEF = Brief(transfer_id="xfer_1", attempt_id="xfer_1-0-0", human="human-xfer_1-0-0")


@pytest.fixture
def tokens(tmp_path: Path) -> RoleTokens:
    ensure_role_keys(tmp_path)
    return RoleTokens(tmp_path)


@pytest.mark.parametrize(
    "asked", [BRIEF, Introduce(transfer_id="xfer_1"), GiveBack(transfer_id="xfer_1", outcome="busy")]
)
def test_what_was_signed_for_the_agent_comes_through_once(tokens: RoleTokens, asked: AgentAsked) -> None:
    door, command = AgentDoor(tokens, "call_1"), AgentCommand(id="cmd_1", asked=asked)
    message = sign_agent_command(tokens, "call_1", command).encode()
    assert door.take(message) == command
    with pytest.raises(NotAuthenticated, match="before"):
        door.take(message)


def test_legs_and_agents_do_not_take_each_others_commands(tokens: RoleTokens) -> None:
    to_leg = sign_command(tokens, "call_1", AudioCommand(id="cmd_1", asked=AudioAsked(hears="all"))).encode()
    to_agent = sign_agent_command(tokens, "call_1", AgentCommand(id="cmd_2", asked=BRIEF)).encode()
    with pytest.raises(NotAuthenticated):
        AgentDoor(tokens, "call_1").take(to_leg)
    with pytest.raises(NotAuthenticated):
        CommandDoor(tokens, "call_1").take(to_agent)


def test_another_calls_command_and_what_cannot_be_read_are_refused(tokens: RoleTokens) -> None:
    door = AgentDoor(tokens, "call_1")
    for message in (
        sign_agent_command(tokens, "call_2", AgentCommand(id="cmd_1", asked=BRIEF)),
        sign(tokens, "worker", "call_1", "cmd_2", '{"kind":"sing"}'),
        sign(tokens, "worker", "call_1", "cmd_3", "no json"),
        "no token",
    ):
        with pytest.raises(NotAuthenticated):
            door.take(message.encode())
