"""Who hears whom around a transfer: a caller, an agent and the humans that are asked, all in one room.

The order of steps is here, once; what one step is for a phone is a `PhoneSwitch`: signed commands to a leg of our own
node (`leg_switch.py`), or permissions and mutes in LiveKit for any other (`permission_switch.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable
from typing import Literal, Protocol

from gateway.calls.ports import RoomParticipant, Rooms
from gateway.kernel.errors import GatewayError, NotFound

Plays = Literal["music", "ringback"]


class Isolation(Protocol):
    """Each may be called again, and then changes nothing. What it closes is confirmed before it opens anything.

    All raise Unavailable (LiveKit or a leg does not answer), NotFound (somebody is not in the room) and Conflict
    (somebody's phone cannot be shut off); nothing that they were to open has been opened then by `hold` and `consult`.
    """

    async def hold(self, room: str, caller: str, plays: Plays = "music") -> None:
        """The caller hears nobody, and nobody hears the caller."""
        ...

    async def consult(self, room: str, caller: str, agent: str, human: str) -> None:
        """Agent and human hear each other; the caller stays as by `hold`, and so does every other phone."""
        ...

    async def join(self, room: str, identities: Collection[str]) -> None:
        """These hear each other and everybody else who may speak; every other phone is shut off first."""
        ...

    async def back(self, room: str, caller: str) -> None:
        """The caller hears the room again and is heard; every other phone is shut off first."""
        ...


class PhoneSwitch(Protocol):
    """Both ways at once, for one phone; returns when it is so. Raises as `Isolation` does."""

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None:
        """It hears nobody, and nobody hears it. `plays`: what it hears meanwhile, None for what it heard so far."""
        ...

    async def confide(self, room: str, phone: RoomParticipant, agent: str) -> None:
        """It is heard, and hears `agent`."""
        ...

    async def open(self, room: str, phone: RoomParticipant) -> None:
        """It is heard, and hears everybody."""
        ...


class PhonesApart:
    """The `Isolation` that `switch` makes possible."""

    def __init__(self, rooms: Rooms, switch: PhoneSwitch) -> None:
        self._rooms, self._switch = rooms, switch

    async def hold(self, room: str, caller: str, plays: Plays = "music") -> None:
        phones = await self._present(room, caller)
        await self._switch.shut(room, _phone(phones, caller), plays)

    async def consult(self, room: str, caller: str, agent: str, human: str) -> None:
        phones = await self._present(room, caller, agent, human)
        await self._switch.shut(room, _phone(phones, caller), None)
        await self._shut_others(room, phones, {caller, agent, human})
        if phones[human].kind == "sip":
            await self._switch.confide(room, phones[human], agent)

    async def join(self, room: str, identities: Collection[str]) -> None:
        phones = await self._present(room, *identities)
        await self._shut_others(room, phones, identities)
        joined = [phones[identity] for identity in identities]
        await _all(self._switch.open(room, phone) for phone in joined if phone.kind == "sip")

    async def back(self, room: str, caller: str) -> None:
        phones = await self._present(room, caller)
        await self._shut_others(room, phones, {caller})
        await self._switch.open(room, _phone(phones, caller))

    async def _present(self, room: str, *wanted: str) -> dict[str, RoomParticipant]:
        """Everybody in the room, by identity."""
        present = {one.identity: one for one in await self._rooms.list_participants(room) or ()}
        if not present.keys() >= set(wanted):
            raise NotFound("somebody who is to be heard or not is not in the room", code="isolation.absent")
        return present

    async def _shut_others(self, room: str, present: dict[str, RoomParticipant], but: Collection[str]) -> None:
        """A phone that leaves meanwhile is as good as shut."""
        others = [one for one in present.values() if one.kind == "sip" and one.identity not in but]
        await _all(self._shut_unless_gone(room, one) for one in others)

    async def _shut_unless_gone(self, room: str, phone: RoomParticipant) -> None:
        try:
            await self._switch.shut(room, phone, None)
        except GatewayError:
            left = await self._rooms.list_participants(room) or ()
            if phone.identity in {one.identity for one in left}:
                raise


def _phone(present: dict[str, RoomParticipant], identity: str) -> RoomParticipant:
    phone = present[identity]
    if phone.kind != "sip":
        raise NotFound("the caller is not on a phone", code="isolation.no_phone")
    return phone


async def _all(steps: Iterable[Awaitable[None]]) -> None:
    """Side by side and each to its end; then the first error, if there was one."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
