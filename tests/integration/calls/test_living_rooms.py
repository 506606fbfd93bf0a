"""Phones that LiveKit still lists after a crash of its own, and that are in no room any more."""

from __future__ import annotations

import pytest

from gateway.calls.living_rooms import LivingRooms
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import Unavailable
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


async def test_a_phone_is_in_the_room_until_its_call_is_over(world: World) -> None:
    f, living = Facts(), LivingRooms(listed(MemoryRooms()), world.database.begin)
    assert await living.list_participants(ROOM) == [PHONE, FOREIGN, AGENT]
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    assert await living.list_participants(ROOM) == [PHONE, FOREIGN, AGENT]
    await world.calls.runner.take([f.left(20)])
    assert await living.list_participants(ROOM) == [FOREIGN, AGENT]
    assert await living.list_participants("elsewhere") is None


async def test_a_phone_whose_call_is_over_counts_as_removed_and_no_other(world: World) -> None:
    f, living = Facts(), LivingRooms(listed(Deaf()), world.database.begin)
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    with pytest.raises(Unavailable):
        await living.remove_participant(ROOM, CALLER)
    await world.calls.runner.take([f.left(20)])
    await living.remove_participant(ROOM, CALLER)
    with pytest.raises(Unavailable):
        await living.remove_participant(ROOM, FOREIGN.identity)
