"""What `gateway.calls.ports.Rooms` promises, asked of the rooms in memory and of a running livekit-server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

import pytest
import pytest_asyncio
from livekit import api, rtc

from gateway.calls.memory_rooms import Dispatch, MemoryRooms
from gateway.calls.ports import ParticipantKind, RoomParticipant, Rooms
from gateway.calls.signed_commands import TOPIC
from gateway.kernel.errors import NotFound, Unavailable
from gateway.kernel.ids import new_id
from gateway.livekit.client import LiveKitClient
from gateway.livekit.rooms import LiveKitRooms
from tests.integration.switchboard import Switchboard

pytestmark = pytest.mark.asyncio(loop_scope="session")
AGENT_NAME = "gateway"


class Stage(Protocol):
    """Rooms under test, and the hands of those who are in them."""

    @property
    def rooms(self) -> Rooms: ...

    async def join(self, room: str, identity: str, kind: ParticipantKind, attributes: dict[str, str]) -> None: ...

    async def dispatched(self, room: str) -> list[Dispatch]: ...

    async def commanded(self, room: str, identity: str) -> str:
        """The next command that this participant got."""
        ...


class MemoryStage:
    def __init__(self) -> None:
        self.rooms = self._memory = MemoryRooms()

    async def join(self, room: str, identity: str, kind: ParticipantKind, attributes: dict[str, str]) -> None:
        self._memory.join(room, RoomParticipant(identity, kind, attributes))

    async def dispatched(self, room: str) -> list[Dispatch]:
        return [one for one in self._memory.dispatches if one.room == room]

    async def commanded(self, room: str, identity: str) -> str:
        return next(said for at, to, said in self._memory.commands if (at, to) == (room, identity))


@dataclass
class LiveKitStage:
    switchboard: Switchboard
    client: LiveKitClient
    stack: AsyncExitStack

    def __post_init__(self) -> None:
        self.rooms = LiveKitRooms(self.client, AGENT_NAME)
        self.packets: dict[str, asyncio.Queue[rtc.DataPacket]] = {}

    async def join(self, room: str, identity: str, kind: ParticipantKind, attributes: dict[str, str]) -> None:
        plan = self.switchboard.plan
        token = (
            api.AccessToken(plan.livekit_key, plan.livekit_secret)
            .with_identity(identity)
            .with_kind(kind if kind != "other" else "standard")
            .with_attributes(attributes)
            .with_grants(api.VideoGrants(room_join=True, room=room))
        )
        joined = rtc.Room()
        self.packets[identity] = packets = asyncio.Queue(maxsize=10)
        joined.on("data_received", packets.put_nowait)
        await joined.connect(self.switchboard.url, token.to_jwt())
        self.stack.push_async_callback(joined.disconnect)

    async def dispatched(self, room: str) -> list[Dispatch]:
        async with self.client.asked() as lk:
            found = await lk.agent_dispatch.list_dispatch(room)
        return [Dispatch(room, **json.loads(one.metadata)) for one in found if one.agent_name == AGENT_NAME]

    async def commanded(self, room: str, identity: str) -> str:
        packet = await asyncio.wait_for(self.packets[identity].get(), 10)
        assert (packet.topic, packet.participant) == (TOPIC, None)
        return packet.data.decode()


@pytest_asyncio.fixture(params=["memory", "livekit"], loop_scope="session")
async def stage(
    request: pytest.FixtureRequest, switchboard: Switchboard, client: LiveKitClient
) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield MemoryStage() if request.param == "memory" else LiveKitStage(switchboard, client, stack)


@pytest.fixture
def room() -> str:
    return new_id("call")


Seen = dict[str, tuple[ParticipantKind, dict[str, str]]]


def _ours(attributes: dict[str, str]) -> dict[str, str]:
    """Without what LiveKit adds of its own."""
    return {name: value for name, value in attributes.items() if not name.startswith("lk.")}


async def seen(stage: Stage, room: str) -> Seen:
    found = await stage.rooms.list_participants(room)
    assert found is not None
    return {one.identity: (one.kind, _ours(one.attributes)) for one in found}


async def test_a_room_exists_once_somebody_joined_it(stage: Stage, room: str) -> None:
    other = new_id("call")
    assert await stage.rooms.existing_rooms([room, other]) == set()
    assert await stage.rooms.list_participants(room) is None
    await stage.join(room, "phone", "standard", {})
    assert await stage.rooms.existing_rooms([room, other]) == {room}
    assert await stage.rooms.existing_rooms([other]) == set()


async def test_no_question_about_no_rooms(stage: Stage, room: str) -> None:
    await stage.join(room, "phone", "standard", {})
    assert await stage.rooms.existing_rooms([]) == set()


async def test_who_is_in_the_room_and_what_they_are(stage: Stage, room: str) -> None:
    await stage.join(room, "sip_+15105550199", "sip", {"sip.callID": "SCL_1"})
    await stage.join(room, "agent-1", "agent", {"gateway.ready": "1"})
    await stage.join(room, "listener", "standard", {})
    assert await seen(stage, room) == {
        "sip_+15105550199": ("sip", {"sip.callID": "SCL_1"}),
        "agent-1": ("agent", {"gateway.ready": "1"}),
        "listener": ("standard", {}),
    }


async def test_a_participant_is_taken_out_and_the_others_stay(stage: Stage, room: str) -> None:
    for identity in ("phone", "listener"):
        await stage.join(room, identity, "standard", {})
    for _ in range(2):
        await stage.rooms.remove_participant(room, "phone")
        assert set(await seen(stage, room)) == {"listener"}
    await stage.rooms.remove_participant(new_id("call"), "phone")


async def test_a_deleted_room_is_gone_and_may_be_deleted_again(stage: Stage, room: str) -> None:
    await stage.join(room, "phone", "standard", {})
    for _ in range(2):
        await stage.rooms.delete_room(room)
        assert await stage.rooms.existing_rooms([room]) == set()
        assert await stage.rooms.list_participants(room) is None


async def test_an_agent_is_dispatched_with_what_it_needs_to_know(stage: Stage, room: str) -> None:
    await stage.join(room, "phone", "standard", {})
    await stage.rooms.dispatch_agent(room, agent_id="agt_1", call_id="call_1", resume=False)
    await stage.rooms.dispatch_agent(room, agent_id="agt_1", call_id="call_1", resume=True)
    wanted = [Dispatch(room, "agt_1", "call_1", resume) for resume in (False, True)]
    assert sorted(await stage.dispatched(room), key=lambda one: one.resume) == wanted


async def test_a_command_reaches_the_one_it_is_for(stage: Stage, room: str) -> None:
    for identity in ("phone", "listener"):
        await stage.join(room, identity, "standard", {})
    await stage.rooms.send_command(room, "phone", "first")
    assert await stage.commanded(room, "phone") == "first"
    await stage.rooms.send_command(room, "listener", "second")  # and not the first as well
    assert await stage.commanded(room, "listener") == "second"
    for nowhere in ((room, "nobody"), (new_id("call"), "phone")):
        with pytest.raises(NotFound):
            await stage.rooms.send_command(*nowhere, "third")


async def test_rooms_that_do_not_answer_are_unavailable(nobody: LiveKitClient) -> None:
    for rooms in (MemoryRooms(away=True), LiveKitRooms(nobody, AGENT_NAME)):
        for act in (
            rooms.dispatch_agent("r", agent_id="a", call_id="c", resume=False),
            rooms.remove_participant("r", "phone"),
            rooms.send_command("r", "phone", "said"),
            rooms.delete_room("r"),
            rooms.list_participants("r"),
            rooms.existing_rooms(["r"]),
        ):
            with pytest.raises(Unavailable):
                await act
