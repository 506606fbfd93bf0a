"""Who is really in a room. LiveKit goes on listing whom a crash of its own has taken, and lists nobody after its Redis
has lost everything, though they talk on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from gateway.calls.call import Call, CallStatus
from gateway.calls.participants import CALL_ID
from gateway.calls.performing import Begin
from gateway.calls.ports import RoomParticipant, Rooms
from gateway.calls.repository import CallRepository
from gateway.kernel.clock import Clock
from gateway.kernel.errors import NotFound, Unavailable

CARRIED = timedelta(seconds=6)  # three signs of life of a node


class LivingRooms:
    """The `Rooms` of `rooms`, without the phones whose call is over by the record: a leg that has reported its end, or
    whose node is gone, hears nobody any more and is heard by nobody. With the phones that a node says it carries.

    `open_in`: the open calls of a room.
    """

    def __init__(
        self, rooms: Rooms, begin: Begin, clock: Clock, open_in: Callable[[str], list[Call]] = lambda room: []
    ) -> None:
        self._rooms, self._begin, self._clock, self.open_in = rooms, begin, clock, open_in

    async def dispatch_agent(
        self, room: str, *, agent_id: str, call_id: str, resume: bool, attempt_id: str = ""
    ) -> None:
        await self._rooms.dispatch_agent(room, agent_id=agent_id, call_id=call_id, resume=resume, attempt_id=attempt_id)

    async def remove_participant(self, room: str, identity: str) -> None:
        try:
            await self._rooms.remove_participant(room, identity)
        except Unavailable:
            living = await self.list_participants(room) or ()
            if identity in {one.identity for one in living}:
                raise

    async def send_command(self, room: str, identity: str, message: str, *, unlisted: bool = False) -> None:
        try:
            await self._rooms.send_command(room, identity, message, unlisted=unlisted)
        except NotFound:
            if identity not in {one.identity for one in await self._unlisted(room, ())}:
                raise
            await self._rooms.send_command(room, identity, message, unlisted=True)

    async def delete_room(self, room: str) -> None:
        await self._rooms.delete_room(room)

    async def list_participants(self, room: str) -> list[RoomParticipant] | None:
        listed = await self._rooms.list_participants(room)
        unlisted = await self._unlisted(room, listed or ())
        if listed is None:
            return unlisted or None
        over = await self._over({call_id for one in listed if (call_id := one.attributes.get(CALL_ID))})
        return [one for one in listed if one.kind != "sip" or one.attributes.get(CALL_ID) not in over] + unlisted

    async def existing_rooms(self, rooms: list[str]) -> set[str]:
        return await self._rooms.existing_rooms(rooms)

    async def _unlisted(self, room: str, listed: Sequence[RoomParticipant]) -> list[RoomParticipant]:
        """Phones on a node of ours that LiveKit does not list."""
        known = {one.identity for one in listed}
        missing = [call for call in self.open_in(room) if call.joined_at and call.pii.leg_identity not in known]
        if not missing:
            return []
        since = self._clock.now() - CARRIED
        async with self._begin() as session:
            rows = [await CallRepository(session).get(call.id) for call in missing]
        carried = {row.id for row in rows if row and row.listed_at and row.listed_at >= since}
        return [
            RoomParticipant(call.pii.leg_identity, "sip", {CALL_ID: call.id}) for call in missing if call.id in carried
        ]

    async def _over(self, call_ids: set[str]) -> set[str]:
        async with self._begin() as session:
            repository = CallRepository(session)
            rows = [await repository.get(call_id) for call_id in call_ids]
        return {row.id for row in rows if row is not None and row.status == CallStatus.ENDED}
