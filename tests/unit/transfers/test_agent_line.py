"""What the agent of a call is told: signed for it, once for each thing, and to nobody else in the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.calls.agent_commands import AgentDoor, Brief, GiveBack, Introduce, Wait
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import NotAuthenticated, NotFound, Unavailable
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.transfers.agent_line import RoomAgentLine
from gateway.transfers.ports import Place
from gateway.transfers.story import Attempt, Story
from tests.unit.calls.story import T0

PLACE = Place("call_1", "room-1", "sip_caller", "agent-1")
STORY = Story("xfer_1", "warm", "tgt_1", (), T0, note="is upset")
ATTEMPT = Attempt("xfer_1-0-0", "tgt_1", 0, 20, T0, voicemail_detection=False)


@pytest.fixture
def tokens(tmp_path: Path) -> RoleTokens:
    ensure_role_keys(tmp_path)
    return RoleTokens(tmp_path)


@pytest.fixture
def rooms() -> MemoryRooms:
    rooms = MemoryRooms()
    for identity, kind in (("sip_caller", "sip"), ("agent-1", "agent")):
        rooms.join("room-1", RoomParticipant(identity, kind))  # type: ignore[arg-type]
    return rooms


async def test_the_agent_takes_each_thing_once_though_it_is_said_again(rooms: MemoryRooms, tokens: RoleTokens) -> None:
    line = RoomAgentLine(rooms, tokens)
    for _ in range(2):  # as after a crash
        await line.wait(PLACE, "xfer_1")
        await line.brief(PLACE, ATTEMPT, STORY)
        await line.introduce(PLACE, STORY)
        await line.give_back(PLACE, "xfer_1", "busy", "agent")
    assert {(room, identity) for room, identity, _ in rooms.commands} == {("room-1", "agent-1")}
    door, taken = AgentDoor(tokens, "call_1"), []
    for _, _, message in rooms.commands:
        try:
            taken.append(door.take(message.encode()).asked)
        except NotAuthenticated:
            continue
    assert taken == [
        Wait(transfer_id="xfer_1"),
        Brief(
            transfer_id="xfer_1",
            attempt_id="xfer_1-0-0",
            human="human-xfer_1-0-0",
            note="is upset",
            detects_machine=False,
        ),
        Introduce(transfer_id="xfer_1", mode="warm"),
        GiveBack(transfer_id="xfer_1", outcome="busy"),
    ]


async def test_without_an_agent_nobody_is_told(rooms: MemoryRooms, tokens: RoleTokens) -> None:
    line = RoomAgentLine(rooms, tokens)
    with pytest.raises(NotFound):
        await line.introduce(Place("call_1", "room-1", "sip_caller"), STORY)
    rooms.away = True
    with pytest.raises(Unavailable):
        await line.introduce(PLACE, STORY)
    assert rooms.commands == []
