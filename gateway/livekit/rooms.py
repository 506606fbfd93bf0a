"""LiveKit's rooms as the call sees them (`gateway.calls.ports.Rooms`)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from livekit import api
from livekit.protocol import models

from gateway.calls.ports import ParticipantKind, RoomParticipant
from gateway.calls.signed_commands import TOPIC
from gateway.kernel.errors import NotFound, Unavailable
from gateway.livekit.client import LiveKitClient

KINDS: dict[int, ParticipantKind] = {
    models.ParticipantInfo.SIP: "sip",
    models.ParticipantInfo.AGENT: "agent",
    models.ParticipantInfo.STANDARD: "standard",
}


def read_participant(info: models.ParticipantInfo) -> RoomParticipant:
    joined = datetime.fromtimestamp(info.joined_at, UTC) if info.joined_at else None
    return RoomParticipant(info.identity, KINDS.get(info.kind, "other"), dict(info.attributes), joined)


class LiveKitRooms:
    def __init__(self, client: LiveKitClient, agent_name: str) -> None:
        self._client, self._agent_name = client, agent_name

    async def dispatch_agent(
        self, room: str, *, agent_id: str, call_id: str, resume: bool, attempt_id: str = ""
    ) -> None:
        order = {"agent_id": agent_id, "call_id": call_id, "resume": resume}
        metadata = json.dumps(order | ({"attempt_id": attempt_id} if attempt_id else {}))
        wanted = api.CreateAgentDispatchRequest(agent_name=self._agent_name, room=room, metadata=metadata)
        async with self._client.asked() as lk:
            await lk.agent_dispatch.create_dispatch(wanted)

    async def remove_participant(self, room: str, identity: str) -> None:
        try:
            async with self._client.asked() as lk:
                await lk.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))
        except NotFound:
            return

    async def send_command(self, room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        async with self._client.asked() as lk:
            if not unlisted:
                await lk.room.get_participant(api.RoomParticipantIdentity(room=room, identity=identity))
            await lk.room.send_data(
                api.SendDataRequest(
                    room=room, data=message.encode(), kind=models.DataPacket.RELIABLE,
                    destination_identities=[identity], topic=TOPIC,
                )
            )  # fmt: skip

    async def delete_room(self, room: str) -> None:
        try:
            await self._delete(room)
        except NotFound:
            return
        except Unavailable:
            # LiveKit asks the process that has the room, dead or not; who makes the room again gives it to a living one
            async with self._client.asked() as lk:
                await lk.room.create_room(api.CreateRoomRequest(name=room))
            await self._delete(room)

    async def _delete(self, room: str) -> None:
        async with self._client.asked() as lk:
            await lk.room.delete_room(api.DeleteRoomRequest(room=room))

    async def list_participants(self, room: str) -> list[RoomParticipant] | None:
        async with self._client.asked() as lk:
            found = await lk.room.list_participants(api.ListParticipantsRequest(room=room))
        if not found.participants and room not in await self.existing_rooms([room]):
            return None
        return [read_participant(info) for info in found.participants]

    async def existing_rooms(self, rooms: list[str]) -> set[str]:
        if not rooms:
            return set()
        async with self._client.asked() as lk:
            found = await lk.room.list_rooms(api.ListRoomsRequest(names=rooms))
        return {room.name for room in found.rooms}
