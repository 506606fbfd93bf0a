"""Queries of accounts at carriers and of the trunks there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.errors import NotFound
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.models import NumberRow


class CarrierRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, carrier_id: str) -> CarrierRow:
        """By id or by name. Raises NotFound."""
        row = await self._session.get(CarrierRow, carrier_id) or await self.by_name(carrier_id)
        if row is None:
            raise NotFound("there is no such account at a carrier", code="carrier.unknown", todo="GET /v1/carriers")
        return row

    async def by_name(self, name: str) -> CarrierRow | None:
        return await self._session.scalar(select(CarrierRow).where(CarrierRow.name == name))

    async def all(self) -> Sequence[CarrierRow]:
        return (await self._session.scalars(select(CarrierRow).order_by(CarrierRow.name))).all()

    async def trunks(self) -> Sequence[CarrierTrunkRow]:
        return (await self._session.scalars(select(CarrierTrunkRow).order_by(CarrierTrunkRow.name))).all()

    async def trunk(self, name: str) -> CarrierTrunkRow | None:
        return await self._session.scalar(select(CarrierTrunkRow).where(CarrierTrunkRow.name == name))

    async def uses(self, carrier_id: str) -> tuple[int, int]:
        """How many numbers and trunks of ours are there."""
        numbers = select(func.count()).select_from(NumberRow).where(NumberRow.carrier_id == carrier_id)
        trunks = select(func.count()).select_from(CarrierTrunkRow).where(CarrierTrunkRow.carrier_id == carrier_id)
        return await self._session.scalar(numbers) or 0, await self._session.scalar(trunks) or 0

    async def any_secret(self) -> bool:
        return bool(await self._session.scalar(select(CarrierRow.id).limit(1)))

    async def of_trunk(self, trunk_id: str) -> CarrierTrunkRow | None:
        """The trunk at a carrier that this one of ours is a side of."""
        mine = (CarrierTrunkRow.inbound_trunk_id == trunk_id) | (CarrierTrunkRow.outbound_trunk_id == trunk_id)
        return await self._session.scalar(select(CarrierTrunkRow).where(mine).limit(1))
