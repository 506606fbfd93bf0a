"""A caller's call is over: its room goes with whoever was there for it, and stays for whoever came by themselves."""

from __future__ import annotations

import pytest

from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.ports import RoomParticipant
from tests.integration.calls.conftest import World
from tests.unit.calls.story import AGENT, ROOM, Facts

CALLED_IN = RoomParticipant("human-xfer_1-0-0", "sip", {ROLE: HUMAN})
IN_A_BROWSER = RoomParticipant("ana", "standard", {ROLE: HUMAN})
ANOTHER_CALLER, VISITOR = RoomParticipant("sip_other", "sip"), RoomParticipant("ben", "standard")


@pytest.mark.parametrize(
    ("who", "stays"), [(CALLED_IN, False), (IN_A_BROWSER, False), (ANOTHER_CALLER, True), (VISITOR, True)]
)
async def test_only_who_came_by_themselves_keeps_the_room_of_a_caller_who_has_gone(
    world: World, who: RoomParticipant, stays: bool
) -> None:
    f = Facts()
    world.caller_joins()
    world.agent_joins(AGENT)
    world.rooms.join(ROOM, who)
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered(), f.agent(), f.left(20)])
    await world.calls.runner.settled()
    assert (await world.rooms.list_participants(ROOM) is not None) == stays
