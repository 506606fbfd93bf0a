"""Joins a carrier's records to our calls in the database; `join.py` says which is which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.models import CallRow
from gateway.calls.performing import Begin
from gateway.calls.stored import read_call
from gateway.costs.join import REACH, Found, Ours, Theirs, join
from gateway.costs.models import CarrierCallRow
from gateway.costs.repository import empty
from gateway.costs.whose import Whose

AT_ONCE = 500
SPAN = timedelta(hours=1)  # of a page: all calls of ours of that time are looked at with it
_IDS_AT_ONCE = 5_000


class Joiner:
    """A page of records at a time, each in a transaction of its own."""

    def __init__(self, begin: Begin, at_once: int = AT_ONCE) -> None:
        self._begin, self._at_once = begin, at_once

    async def join(self, carrier_id: str, since: datetime) -> int:
        """Looks at all records that began then or later, but for those whose Call-ID has told it. Returns how many were
        joined, or taken back."""
        after: tuple[datetime, str] | None = None
        changed = 0
        while True:
            async with self._begin() as session:
                page = await self._page(session, carrier_id, since, after)
                if not page:
                    return changed
                changed += await _join(session, carrier_id, page)
            after = (page[-1].began_at, page[-1].id)

    async def _page(
        self, session: AsyncSession, carrier_id: str, since: datetime, after: tuple[datetime, str] | None
    ) -> Sequence[CarrierCallRow]:
        query = select(CarrierCallRow).where(
            CarrierCallRow.carrier_id == carrier_id, CarrierCallRow.began_at >= since, CarrierCallRow.fit != "call_id"
        )
        if after:
            later = CarrierCallRow.began_at > after[0]
            query = query.where(or_(later, and_(CarrierCallRow.began_at == after[0], CarrierCallRow.id > after[1])))
        in_order = query.order_by(CarrierCallRow.began_at, CarrierCallRow.id).limit(self._at_once)
        rows = (await session.scalars(in_order)).all()
        return [row for row in rows if row.began_at <= rows[0].began_at + SPAN]


async def _join(session: AsyncSession, carrier_id: str, page: Sequence[CarrierCallRow]) -> int:
    near = await _near(session, carrier_id, page)
    calls = await _calls(session, carrier_id, page)
    taken = await _taken(session, carrier_id, [call.id for call in calls])
    found = join([theirs(row) for row in near], [ours(call) for call in calls], taken)
    by_id = {call.id: call for call in calls}
    return sum(_settled(row, found[row.id], by_id) for row in page)


def _settled(row: CarrierCallRow, found: Found, calls: dict[str, Call]) -> bool:
    if (row.fit, row.call_id or "") == (found.fit, found.call_id):
        return False
    if row.emptied and found.fit != "call_id":  # it has no numbers any more by which anything could be said of it
        return False
    call = calls.get(found.call_id)
    row.fit, row.call_id = found.fit, found.call_id or None
    row.trunk_id = call.trunk_id if call else ""
    if call and call.erased_at is not None:
        empty(row)
    return True


async def _near(session: AsyncSession, carrier_id: str, page: Sequence[CarrierCallRow]) -> Sequence[CarrierCallRow]:
    """All records that may fit the same calls as those of the page: what fits must not depend on where a page ends."""
    query = select(CarrierCallRow).where(
        CarrierCallRow.carrier_id == carrier_id, CarrierCallRow.fit != "call_id",
        CarrierCallRow.began_at >= page[0].began_at - REACH, CarrierCallRow.began_at <= page[-1].began_at + REACH,
    )  # fmt: skip
    return (await session.scalars(query)).all()


async def _calls(session: AsyncSession, carrier_id: str, page: Sequence[CarrierCallRow]) -> list[Call]:
    """Calls of ours that are over and may be those of the page: of this account's trunks, and of trunks that belong to
    no account."""
    ids = {row.sip_call_id for row in page if row.sip_call_id}
    then = and_(CallRow.created_at >= page[0].began_at - 2 * REACH, CallRow.created_at <= page[-1].began_at + 2 * REACH)
    query = select(CallRow).where(CallRow.status == "ended", or_(then, CallRow.sip_call_id.in_(ids)))
    whose = await Whose.read(session)
    found = [read_call(row) for row in await session.scalars(query)]
    return [call for call in found if whose.of_call(call) in ("", carrier_id)]


async def _taken(session: AsyncSession, carrier_id: str, call_ids: Sequence[str]) -> set[str]:
    """Of these calls, those that a record has for good: by Call-ID, of another account, or one that was emptied."""
    gone = and_(CarrierCallRow.pii_calling == "", CarrierCallRow.pii_called == "")
    for_good = or_(CarrierCallRow.fit == "call_id", CarrierCallRow.carrier_id != carrier_id, gone)
    found: set[str] = set()
    for start in range(0, len(call_ids), _IDS_AT_ONCE):
        some = call_ids[start : start + _IDS_AT_ONCE]
        query = select(CarrierCallRow.call_id).where(CarrierCallRow.call_id.in_(some), for_good)
        found |= {call_id for call_id in await session.scalars(query) if call_id}
    return found


def theirs(row: CarrierCallRow) -> Theirs:
    return Theirs(
        row.id, row.direction, row.sip_call_id, row.pii_calling, row.pii_called, row.began_at, row.seconds
    )  # fmt: skip


def ours(call: Call) -> Ours:
    """One that is over."""
    assert call.ended_at is not None
    return Ours(
        call.id, call.direction, call.sip_call_id.replace("\0", "")[:255], call.pii.ani, call.pii.dnis,
        call.created_at, call.answered_at, call.ended_at,
    )  # fmt: skip
