"""Queries of routes, and the choice of a trunk by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.errors import Conflict, NotFound
from trunks.models import TrunkRow
from trunks.repository import TrunkRepository
from trunks.routes.breaker import Breaker
from trunks.routes.circuits import Circuits
from trunks.routes.models import RouteRow
from trunks.routes.route import Choice, Route, Way, choices

NO_WAY = "route.no_way"


class RouteRepository:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, route_id: str) -> RouteRow:
        """Raises NotFound."""
        row = await self._session.get(RouteRow, route_id)
        if row is None:
            raise NotFound("there is no such route", todo="GET /v1/routes")
        return row

    async def of_trunk(self, trunk_id: str) -> str | None:
        """The id of a route that calls go by to this trunk."""
        query = select(RouteRow.id).where(RouteRow.trunk_id == trunk_id).order_by(RouteRow.id)
        return await self._session.scalar(query.limit(1))

    async def choices(self, called: str, now: datetime, tried: Collection[str] = ()) -> tuple[Choice, ...]:
        """See `trunks.routes.route.choices`."""
        rows = await self._session.scalars(select(RouteRow))
        trunks, circuits = await TrunkRepository(self._session).all("outbound"), await Circuits(self._session).all()
        ways = {row.id: _way(row, circuits.get(row.id, Breaker()), now) for row in trunks}
        return choices(called, [_route(row) for row in rows], ways, tried)

    async def trunk_for(self, called: str, now: datetime, tried: Collection[str] = ()) -> TrunkRow:
        """The first that may be tried; a half-open one is then being tried by this call. Raises Conflict."""
        for choice in await self.choices(called, now, tried):
            if not choice.used:
                break
            if choice.way.circuit == "half_open" and not await Circuits(self._session).probe(choice.way.trunk_id, now):
                continue  # another call tries it already
            return await TrunkRepository(self._session).get(choice.way.trunk_id, "outbound")
        raise Conflict(
            "no route leads to a trunk that could take the call now", code=NO_WAY, todo="gateway route explain NUMBER"
        )

    async def trunks_for(self, called: str) -> Sequence[TrunkRow]:
        """Those that routes name for this number, whether they work now or not."""
        rows = [_route(row) for row in await self._session.scalars(select(RouteRow).where(RouteRow.enabled))]
        named = {one.trunk_id for one in rows if called.lstrip("+").startswith(one.prefix)}
        return [row for row in await TrunkRepository(self._session).all("outbound") if row.id in named]


def _route(row: RouteRow) -> Route:
    return Route(row.id, row.name, row.prefix, row.trunk_id, row.priority, row.enabled)


def _way(row: TrunkRow, circuit: Breaker, now: datetime) -> Way:
    return Way(row.id, row.name, row.enabled, bool(row.livekit_id), circuit.state(now), circuit.why)
