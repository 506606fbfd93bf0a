"""Reaching a human by the kind of target: a telephone or SIP phone here, a browser elsewhere."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.leg_commands import BORN_HEARING, BORN_SPEAKING, HUMAN, ROLE
from gateway.calls.participants import ASKED_BY
from gateway.calls.performing import Begin
from gateway.calls.ports import Rooms
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict
from gateway.livekit.calling import CallOut
from gateway.sip.wire.uri import uri_of
from gateway.transfers.ports import HumanDialled, Humans, Place
from gateway.transfers.repository import TargetRepository
from gateway.transfers.target import Target
from trunks.models import TrunkRow
from trunks.repository import TrunkRepository
from trunks.routes.repository import NO_WAY, RouteRepository


class Calling(Protocol):
    """`gateway.livekit.calling.LiveKitCalling`."""

    async def call(self, out: CallOut) -> None: ...


class Phones:
    """`Humans` on a telephone or a SIP phone, by the trunk of the target, or else by the routes."""

    def __init__(self, begin: Begin, calling: Calling, rooms: Rooms, clock: Clock) -> None:
        self._begin, self._calling, self._rooms, self._clock = begin, calling, rooms, clock

    async def dial(self, place: Place, human: HumanDialled) -> None:
        async with self._begin() as session:
            target = await TargetRepository(session).find(human.target_id)
            if target is None or not (target.number or target.uri):
                raise Conflict("the target is gone", code="target.gone")
            trunk = await self._trunk(session, target, human)
            link, shows = trunk.livekit_id, (trunk.numbers or [""])[0]
        if not link:
            raise Conflict("the trunk of the target is not in LiveKit yet", code="trunk.not_provisioned")
        await self._calling.call(
            CallOut(
                trunk=link, room=place.room, identity=human.identity, shows=shows, ring_s=human.ring_s,
                number=target.number or uri_of(target.uri).user, uri=target.uri,
                attributes={
                    ASKED_BY: human.attempt_id, BORN_HEARING: "", BORN_SPEAKING: "false", ROLE: HUMAN,
                },
            )
        )  # fmt: skip

    async def _trunk(self, session: AsyncSession, target: Target, human: HumanDialled) -> TrunkRow:
        """Raises Conflict when there is none, or none any more that has not failed."""
        if target.trunk_id in human.failed_trunks:
            raise Conflict("the trunk of the target does not take the call", code=NO_WAY)
        if target.trunk_id:
            return await TrunkRepository(session).get(target.trunk_id, "outbound", field="trunk_id")
        return await RouteRepository(session).trunk_for(target.number, self._clock.now(), human.failed_trunks)

    async def drop(self, place: Place, identity: str) -> None:
        await self._rooms.remove_participant(place.room, identity)


class AnyHumans:
    """`Humans` of all kinds: operators in a browser, everybody else on a phone."""

    def __init__(self, begin: Begin, phones: Humans, operators: Humans) -> None:
        self._begin, self._phones, self._operators = begin, phones, operators

    async def dial(self, place: Place, human: HumanDialled) -> None:
        async with self._begin() as session:
            target = await TargetRepository(session).find(human.target_id)
        by = self._operators if target and target.kind == "operator" else self._phones
        await by.dial(place, human)

    async def drop(self, place: Place, identity: str) -> None:
        """Out of the room is out, by whatever way it came in."""
        await self._phones.drop(place, identity)
