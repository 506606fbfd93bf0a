"""Queries of trunks and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.kernel.errors import NotFound
from gateway.kernel.secrets import SecretBox
from trunks.models import NumberRow, TrunkRow
from trunks.ports import Body


class TrunkRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, trunk_id: str, direction: str, *, field: str | None = None) -> TrunkRow:
        """Raises NotFound."""
        row = await self._session.get(TrunkRow, trunk_id)
        if row is None or row.direction != direction:
            raise NotFound(f"there is no such {direction} trunk", field=field, todo=f"GET /v1/{direction}-trunks")
        return row

    async def all(self, direction: str) -> Sequence[TrunkRow]:
        return (await self._session.scalars(select(TrunkRow).where(TrunkRow.direction == direction))).all()

    async def by_livekit_id(self, livekit_id: str) -> TrunkRow | None:
        if not livekit_id:
            return None
        return await self._session.scalar(select(TrunkRow).where(TrunkRow.livekit_id == livekit_id))

    async def link(self, direction: str, links: Mapping[str, str]) -> None:
        """LiveKit's ids beside ours, "" for the trunks that are not in `links`."""
        for row in await self.all(direction):
            row.livekit_id = links.get(row.id, "")

    async def any_secret(self) -> bool:
        sealed = (TrunkRow.auth_password != "") | (TrunkRow.trust_pin != "")
        return bool(await self._session.scalar(select(TrunkRow.id).where(sealed).limit(1)))


class NumberRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_number(self, number: str) -> NumberRow | None:
        return await self._session.scalar(select(NumberRow).where(NumberRow.number == number))

    async def by_name(self, name: str) -> NumberRow | None:
        """Names are unique only among those that a plan has made: the oldest."""
        named = select(NumberRow).where(NumberRow.name == name)
        return await self._session.scalar(named.order_by(NumberRow.id).limit(1))

    async def numbers(self) -> set[str]:
        """All by which callers reach us."""
        return set(await self._session.scalars(select(NumberRow.number)))

    async def of_carrier(self, carrier_id: str) -> Sequence[NumberRow]:
        query = select(NumberRow).where(NumberRow.carrier_id == carrier_id).order_by(NumberRow.number)
        return (await self._session.scalars(query)).all()

    async def of_trunk(self, trunk_id: str) -> list[str]:
        query = select(NumberRow.number).where(NumberRow.inbound_trunk_id == trunk_id).order_by(NumberRow.number)
        return list(await self._session.scalars(query))


async def wanted_inbound(session: AsyncSession, box: SecretBox) -> dict[str, Body]:
    """Inbound trunks as LiveKit should have them, by our id. One without numbers that does not take any number is
    left out: LiveKit would take it for one that takes every number."""
    numbers = NumberRepository(session)
    wanted: dict[str, Body] = {}
    for row in await TrunkRepository(session).all("inbound"):
        own = await numbers.of_trunk(row.id)
        if row.enabled and (own or row.any_number):
            wanted[row.id] = {
                "name": row.name,
                "numbers": [] if row.any_number else own,
                "allowed_addresses": sorted(row.allowed_addresses),
                "allowed_numbers": sorted(row.allowed_numbers),
                "auth_username": row.auth_username,
                "auth_password": box.open(row.auth_password),
            }
    return wanted


async def wanted_outbound(session: AsyncSession, box: SecretBox) -> dict[str, Body]:
    """Outbound trunks as LiveKit should have them, by our id."""
    return {
        row.id: {
            "name": row.name,
            "address": row.address,
            "transport": row.transport,
            "numbers": sorted(row.numbers),
            "auth_username": row.auth_username,
            "auth_password": box.open(row.auth_password),
        }
        for row in await TrunkRepository(session).all("outbound")
        if row.enabled
    }
