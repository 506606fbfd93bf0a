"""Writing what a carrier tells of calls: each record once, however often it is told. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.person import Person
from gateway.costs.join import telephone
from gateway.costs.models import CarrierCallRow
from gateway.kernel.ids import new_id
from trunks.accounts.models import CarrierRow
from trunks.carriers.port import CarrierCall
from trunks.models import NumberRow, TrunkRow

_LONGEST_ID, _LONGEST_CALL_ID, _LONGEST_PARTY = 200, 255, 256


class CarrierCallRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, carrier_id: str) -> CarrierRow | None:
        """The account, held to the end of the transaction: one at a time writes its records. None: it is gone."""
        query = select(CarrierRow).where(CarrierRow.id == carrier_id).with_for_update()
        return await self._session.scalar(query)

    async def oldest_unrated(self, carrier_id: str, after: datetime) -> datetime | None:
        """When the oldest call without a price began, of those that began after this."""
        where = (
            CarrierCallRow.carrier_id == carrier_id, CarrierCallRow.began_at >= after, CarrierCallRow.price.is_(None)
        )  # fmt: skip
        return await self._session.scalar(select(func.min(CarrierCallRow.began_at)).where(*where))

    async def write(
        self, carrier_id: str, told: Sequence[CarrierCall], now: datetime, *, nameless: Collection[str] = ()
    ) -> int:
        """Returns how many are new or have changed. `nameless`: ids at the carrier, of records whose persons had
        themselves erased: written without what is personal. What is there already keeps its parties."""
        latest = {_kept(call.remote_id, _LONGEST_ID): call for call in told}
        query = select(CarrierCallRow).where(
            CarrierCallRow.carrier_id == carrier_id, CarrierCallRow.remote_id.in_(list(latest))
        )
        known = {row.remote_id: row for row in await self._session.scalars(query)}
        own = await self._own({number for call in latest.values() for number in parties(call)})
        written = 0
        for remote_id, call in latest.items():
            row = known.get(remote_id)
            if row is None:
                row = _row(carrier_id, remote_id, call, own, now)
                if call.remote_id in nameless:
                    empty(row)
                self._session.add(row)
                written += 1
            else:
                written += _brought_up_to_date(row, call, now)
        await self._session.flush()
        return written

    async def _own(self, numbers: Collection[str]) -> set[str]:
        """Those that are the company's, as a number or as a caller ID of a trunk."""
        wanted = select(NumberRow.number).where(NumberRow.number.in_(list(numbers)))
        shown = {number for of_trunk in await self._session.scalars(select(TrunkRow.numbers)) for number in of_trunk}
        return {*await self._session.scalars(wanted), *(shown & set(numbers))}


def parties(call: CarrierCall) -> tuple[str, str]:
    """Who called and who was called, in E.164; "" for what is no number."""
    return telephone(call.calling), telephone(call.called)


def empty(row: CarrierCallRow) -> None:
    """Takes out what is personal; callers choose their Call-ID, and may have put their number into it."""
    for number in (telephone(row.pii_calling), telephone(row.pii_called)):
        if number:
            row.sip_call_id = Person(number).taken_out(row.sip_call_id)
    row.pii_calling = row.pii_called = ""


def _row(carrier_id: str, remote_id: str, call: CarrierCall, own: Collection[str], now: datetime) -> CarrierCallRow:
    calling, called = parties(call)
    ours = called if call.direction == "inbound" else calling
    price, currency = _price(call)
    return CarrierCallRow(
        id=new_id("ccl"), carrier_id=carrier_id, remote_id=remote_id, direction=call.direction,
        began_at=call.began_at, seconds=max(0, call.seconds), sip_call_id=_kept(call.sip_call_id, _LONGEST_CALL_ID),
        price=price, currency=currency, own_number=ours if ours in own else "", fit="", call_id=None, trunk_id="",
        read_at=now, changed_at=now, pii_calling=_kept(call.calling, _LONGEST_PARTY),
        pii_called=_kept(call.called, _LONGEST_PARTY),
    )  # fmt: skip


def _brought_up_to_date(row: CarrierCallRow, call: CarrierCall, now: datetime) -> bool:
    """A price comes late, and may be corrected; a call that was on goes on. A price that is not told any more stays."""
    price, currency = _price(call)
    if price is None:
        price, currency = row.price, row.currency
    seconds = max(0, call.seconds)
    if (price, currency, seconds) == (row.price, row.currency, row.seconds):
        return False
    row.price, row.currency, row.seconds, row.changed_at = price, currency, seconds, now
    return True


def _price(call: CarrierCall) -> tuple[str | None, str]:
    if call.price is None or not call.price.amount.is_finite():
        return None, ""
    return format(call.price.amount, "f"), call.price.currency.upper()[:3]


def _kept(text: str, longest: int) -> str:
    return text.replace("\0", "")[:longest]
