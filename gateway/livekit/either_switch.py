"""Each phone is shut and opened by what its SIP node understands: ours by commands, any other by LiveKit."""

from __future__ import annotations

from gateway.calls.participants import CALL_ID
from gateway.calls.ports import RoomParticipant
from gateway.livekit.isolation import PhoneSwitch, Plays


class EitherSwitch:
    """A `PhoneSwitch`. A phone without our call id is on a node that is not ours; there a shut phone hears silence."""

    def __init__(self, ours: PhoneSwitch, others: PhoneSwitch) -> None:
        self._ours, self._others = ours, others

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None:
        await self._of(phone).shut(room, phone, plays)

    async def confide(self, room: str, phone: RoomParticipant, agent: str) -> None:
        await self._of(phone).confide(room, phone, agent)

    async def open(self, room: str, phone: RoomParticipant) -> None:
        await self._of(phone).open(room, phone)

    def _of(self, phone: RoomParticipant) -> PhoneSwitch:
        return self._ours if phone.attributes.get(CALL_ID) else self._others
