"""Sums as they go over REST: with names, and with the numbers' monthly fees beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.costs.schemas import CostsShown, GroupShown, MonthlyShown, SumShown, amounts_of
from gateway.costs.sums import By, Sum, Sums, plain
from trunks.accounts.models import CarrierRow
from trunks.models import NumberRow, TrunkRow


@dataclass(frozen=True)
class Fee:
    """Of one number, monthly."""

    carrier_id: str
    trunk_id: str
    number: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Names:
    """`by_id`: of accounts and trunks."""

    by_id: dict[str, str]
    fees: Sequence[Fee]

    @classmethod
    async def read(cls, session: AsyncSession) -> Names:
        named: dict[str, str] = {}
        for table in (CarrierRow, TrunkRow):
            named |= {row.id: row.name for row in await session.execute(select(table.id, table.name))}
        numbers = await session.scalars(
            select(NumberRow).where(NumberRow.monthly.is_not(None), NumberRow.standing == "active")
        )
        fees = [
            Fee(row.carrier_id or "", row.inbound_trunk_id or "", row.number, Decimal(row.monthly or "0"), row.currency)
            for row in numbers
        ]
        return cls(named, fees)


def shown(sums: Sums, by: By, since: datetime, until: datetime, names: Names) -> CostsShown:
    """Groups of numbers that have only fees are there as well."""
    fees: dict[str, list[Fee]] = defaultdict(list)
    for fee in names.fees:
        if by != "day":
            fees[_key(fee, by)].append(fee)
    groups = [
        GroupShown(
            key=key, name=names.by_id.get(key, key), **dict(_sum(sums.groups.get(key, Sum()), fees.get(key, [])))
        )
        for key in sorted({*sums.groups, *fees})
    ]  # fmt: skip
    return CostsShown(since=since, until=until, by=by, groups=groups, total=_sum(sums.total, names.fees))


def _key(fee: Fee, by: By) -> str:
    match by:
        case "carrier":
            return fee.carrier_id
        case "trunk":
            return fee.trunk_id
        case "number":
            return fee.number
        case "day":
            return ""


def _sum(one: Sum, fees: Sequence[Fee]) -> SumShown:
    return SumShown(
        calls=one.calls, minutes=one.minutes, unpriced=one.unpriced, amounts=amounts_of(one), monthly=_monthly(fees)
    )


def _monthly(fees: Sequence[Fee]) -> list[MonthlyShown]:
    by_currency: dict[str, list[Decimal]] = defaultdict(list)
    for fee in fees:
        by_currency[fee.currency].append(fee.amount)
    return [
        MonthlyShown(currency=currency, amount=plain(sum(amounts, Decimal(0))), numbers=len(amounts))
        for currency, amounts in sorted(by_currency.items())
    ]
