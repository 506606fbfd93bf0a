"""Sends a caller on by REFER to the target of a transfer (`ports.Referring`)."""

from __future__ import annotations

from typing import Protocol

from gateway.calls.performing import Begin
from gateway.kernel.errors import Conflict
from gateway.livekit.referring import Referred
from gateway.transfers.ports import Place
from gateway.transfers.repository import TargetRepository


class Asks(Protocol):
    """`gateway.livekit.referring.LiveKitReferring`."""

    async def refer(self, room: str, identity: str, to: str) -> Referred: ...


class Refers:
    def __init__(self, begin: Begin, asks: Asks) -> None:
        self._begin, self._asks = begin, asks

    async def refer(self, place: Place, target_id: str) -> Referred:
        """Raises Conflict when the target is gone."""
        async with self._begin() as session:
            target = await TargetRepository(session).find(target_id)
        if target is None or not (target.number or target.uri):
            raise Conflict("the target is gone", code="target.gone")
        return await self._asks.refer(place.room, place.caller, target.uri or f"tel:{target.number}")
