"""Who is really in a room: LiveKit goes on listing whom a crash of its own has taken, and knows nothing of them."""

from __future__ import annotations

from gateway.calls.call import CallStatus
from gateway.calls.performing import Begin
from gateway.calls.ports import RoomParticipant, Rooms
from gateway.calls.repository import CallRepository
from gateway.kernel.errors import Unavailable

CALL_ID = "gateway.callID"


class LivingRooms:
    """The `Rooms` of `rooms`, without the phones whose call is over by the record: a leg that has reported its end, or
    whose node is gone, hears nobody any more and is heard by nobody."""

    def __init__(self, rooms: Rooms, begin: Begin) -> None:
        self._rooms, self._begin = rooms, begin

    async def dispatch_agent(self, room: str, *, agent_id: str, call_id: str, resume: bool) -> None:
        await self._rooms.dispatch_agent(room, agent_id=agent_id, call_id=call_id, resume=resume)

    async def remove_participant(self, room: str, identity: str) -> None:
        try:
            await self._rooms.remove_participant(room, identity)
        except Unavailable:
            living = await self.list_participants(room) or ()
            if identity in {one.identity for one in living}:
                raise

    async def send_command(self, room: str, identity: str, message: str) -> None:
        await self._rooms.send_command(room, identity, message)

    async def delete_room(self, room: str) -> None:
        await self._rooms.delete_room(room)

    async def list_participants(self, room: str) -> list[RoomParticipant] | None:
        listed = await self._rooms.list_participants(room)
        if listed is None:
            return None
        over = await self._over({call_id for one in listed if (call_id := one.attributes.get(CALL_ID))})
        return [one for one in listed if one.kind != "sip" or one.attributes.get(CALL_ID) not in over]

    async def existing_rooms(self, rooms: list[str]) -> set[str]:
        return await self._rooms.existing_rooms(rooms)

    async def _over(self, call_ids: set[str]) -> set[str]:
        async with self._begin() as session:
            repository = CallRepository(session)
            rows = [await repository.get(call_id) for call_id in call_ids]
        return {row.id for row in rows if row is not None and row.status == CallStatus.ENDED}
