"""What calls cost, line by line, out of the carriers' records and of our own. Read in pages, in short transactions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.models import CallRow
from gateway.calls.performing import Begin
from gateway.calls.stored import read_call
from gateway.costs.models import CarrierCallRow
from gateway.costs.sums import CostLine, estimate, minutes_of
from gateway.costs.whose import Whose
from trunks.models import TrunkRow

PAGE = 2_000
Prices = Mapping[str, tuple[str | None, str]]


class Recorded(NamedTuple):
    """What a line needs of a carrier's record."""

    id: str
    carrier_id: str
    trunk_id: str
    own_number: str
    began_at: datetime
    seconds: int
    price: str | None
    currency: str


async def lines(begin: Begin, since: datetime, until: datetime) -> AsyncIterator[list[CostLine]]:
    """Of what began from `since` on and before `until`: every record of a carrier, and every call out of ours that no
    carrier has a record of. A call in that no carrier has recorded costs nothing that we could know."""
    after: tuple[datetime, str] | None = None
    async with begin() as session:
        prices, whose = await _prices(session), await Whose.read(session)
    while True:
        async with begin() as session:
            recorded = [Recorded(*row) for row in await session.execute(_recorded(since, until, after))]
        if not recorded:
            break
        yield [_of_record(row, prices) for row in recorded]
        after = (recorded[-1].began_at, recorded[-1].id)
    after = None
    while True:
        async with begin() as session:
            calls = (await session.scalars(_unrecorded(since, until, after))).all()
        if not calls:
            return
        yield [_of_call(row, prices, whose) for row in calls]
        after = (calls[-1].created_at, calls[-1].id)


async def of_call(session: AsyncSession, row: CallRow) -> tuple[Sequence[CarrierCallRow], list[CostLine]]:
    """The records of one call, and what it costs."""
    query = select(CarrierCallRow).where(CarrierCallRow.call_id == row.id).order_by(CarrierCallRow.began_at)
    records, prices = (await session.scalars(query)).all(), await _prices(session)
    if records:
        return records, [_of_record(_told(one), prices) for one in records]
    over = row.status == "ended" and row.minutes  # while it is on, `minutes` are all that it may last
    return records, [_of_call(row, prices, await Whose.read(session))] if over else []


def _recorded(since: datetime, until: datetime, after: tuple[datetime, str] | None) -> Select[*tuple[Any, ...]]:
    """Columns in place of objects: there may be very many."""
    query = select(*(getattr(CarrierCallRow, name) for name in Recorded._fields)).where(
        CarrierCallRow.began_at >= since, CarrierCallRow.began_at < until
    )
    if after:
        same = and_(CarrierCallRow.began_at == after[0], CarrierCallRow.id > after[1])
        query = query.where(or_(CarrierCallRow.began_at > after[0], same))
    return query.order_by(CarrierCallRow.began_at, CarrierCallRow.id).limit(PAGE)


def _unrecorded(since: datetime, until: datetime, after: tuple[datetime, str] | None) -> Select[CallRow]:
    known = select(CarrierCallRow.id).where(CarrierCallRow.call_id == CallRow.id).exists()
    query = select(CallRow).where(
        CallRow.created_at >= since, CallRow.created_at < until, CallRow.direction == "outbound",
        CallRow.status == "ended", CallRow.minutes > 0, ~known,
    )  # fmt: skip
    if after:
        same = and_(CallRow.created_at == after[0], CallRow.id > after[1])
        query = query.where(or_(CallRow.created_at > after[0], same))
    return query.order_by(CallRow.created_at, CallRow.id).limit(PAGE)


async def _prices(session: AsyncSession) -> Prices:
    """Of trunks: price per minute and currency."""
    rows = await session.execute(select(TrunkRow.id, TrunkRow.price_per_minute, TrunkRow.currency))
    return {row.id: (row.price_per_minute, row.currency) for row in rows}


def _told(row: CarrierCallRow) -> Recorded:
    return Recorded(*(getattr(row, name) for name in Recorded._fields))


def _of_record(row: Recorded, prices: Prices) -> CostLine:
    known = (row.carrier_id, row.trunk_id, row.own_number, row.began_at.astimezone(UTC).date())
    minutes = minutes_of(row.seconds)
    if row.price is not None:
        return CostLine(*known, minutes, Decimal(row.price), row.currency)
    price, currency = prices.get(row.trunk_id, (None, ""))
    amount = estimate(price, minutes)
    return CostLine(*known, minutes, amount, currency if amount is not None else "", estimated=amount is not None)


def _of_call(row: CallRow, prices: Prices, whose: Whose) -> CostLine:
    call = read_call(row)
    price, currency = prices.get(row.trunk_id, (None, ""))
    amount = estimate(price, row.minutes)
    return CostLine(
        whose.of_call(call), row.trunk_id, whose.own_number(call), row.created_at.astimezone(UTC).date(),
        row.minutes, amount, currency if amount is not None else "", estimated=amount is not None,
    )  # fmt: skip
