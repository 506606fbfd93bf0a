"""Sends a caller on by REFER to the target of a transfer (`ports.Referring`)."""

from __future__ import annotations

from typing import Protocol

from gateway.calls.performing import Begin
from gateway.calls.repository import CallRepository
from gateway.kernel.errors import Conflict, GatewayError
from gateway.kernel.logs import get_logger
from gateway.livekit.referring import Referred
from gateway.transfers.ports import Place, Referring
from gateway.transfers.repository import TargetRepository

_log = get_logger(__name__)


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


async def told_of_refer(referring: Referring, begin: Begin, place: Place, target_id: str) -> Referred | None:
    """Sends it; None when a node of ours reports how it ended, and better than LiveKit can. A success is believed at
    once."""
    try:
        told = await referring.refer(place, target_id)
    except GatewayError as error:
        _log.warning("not_referred", call_id=place.call_id, code=error.code)
        return Referred("unknown")
    async with begin() as session:
        repository = CallRepository(session)
        row = await repository.get(place.call_id)
        reports = row is not None and row.node in await repository.reporting_nodes()
    return None if reports and told.end != "done" else told
