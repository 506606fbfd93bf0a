"""Phones that LiveKit still lists after a crash of its own, and that are in no room any more."""

from __future__ import annotations

import pytest

from gateway.calls.living_rooms import LivingRooms
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import NotFound, Unavailable
from tests.integration.calls.conftest import World
from tests.unit.calls.story import CALL, CALLER, ROOM, Facts

PHONE = RoomParticipant(CALLER, "sip", {"gateway.callID": CALL})
FOREIGN, AGENT = RoomParticipant("sip_foreign", "sip"), RoomParticipant("agent-1", "agent", {"gateway.callID": CALL})


class Deaf(MemoryRooms):
    """Lists, but answers nothing about those who are listed."""

    async def remove_participant(self, room: str, identity: str) -> None:
        raise Unavailable("no response from servers", code="livekit.unavailable")


def listed(rooms: MemoryRooms) -> MemoryRooms:
    for one in (PHONE, FOREIGN, AGENT):
        rooms.join(ROOM, one)
    return rooms


def living_rooms(world: World, rooms: MemoryRooms) -> LivingRooms:
    return LivingRooms(rooms, world.database.begin, world.clock, world.calls.loops.open.in_room)


async def test_a_phone_that_its_node_carries_is_there_though_livekit_lists_nobody(world: World) -> None:
    f, rooms = Facts(), MemoryRooms()  # it has lost its lists with its Redis
    living = living_rooms(world, rooms)
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    assert await living.list_participants(ROOM) is None  # no node has said that it has it
    await world.calls.node_is_alive("node-1", [CALL])
    assert await living.list_participants(ROOM) == [PHONE]
    await living.send_command(ROOM, CALLER, "said")
    assert rooms.commands == [(ROOM, CALLER, "said")]
    rooms.join(ROOM, AGENT)
    assert await living.list_participants(ROOM) == [AGENT, PHONE]
    with pytest.raises(NotFound):
        await living.send_command(ROOM, "somebody", "said")
    world.clock.go(7)  # the node is silent: LiveKit is believed again
    assert await living.list_participants(ROOM) == [AGENT]
    with pytest.raises(NotFound):
        await living.send_command(ROOM, CALLER, "said")


async def test_a_phone_is_in_the_room_until_its_call_is_over(world: World) -> None:
    f, living = Facts(), living_rooms(world, listed(MemoryRooms()))
    assert await living.list_participants(ROOM) == [PHONE, FOREIGN, AGENT]
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    assert await living.list_participants(ROOM) == [PHONE, FOREIGN, AGENT]
    await world.calls.runner.take([f.left(20)])
    assert await living.list_participants(ROOM) == [FOREIGN, AGENT]
    assert await living.list_participants("elsewhere") is None


async def test_a_phone_whose_call_is_over_counts_as_removed_and_no_other(world: World) -> None:
    f, living = Facts(), living_rooms(world, listed(Deaf()))
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    with pytest.raises(Unavailable):
        await living.remove_participant(ROOM, CALLER)
    await world.calls.runner.take([f.left(20)])
    await living.remove_participant(ROOM, CALLER)
    with pytest.raises(Unavailable):
        await living.remove_participant(ROOM, FOREIGN.identity)
