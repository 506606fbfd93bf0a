"""What does not fit between carriers' records and ours, read from the database; `words.py` says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.models import CallRow
from gateway.calls.performing import Begin
from gateway.calls.stored import read_call
from gateway.costs import words
from gateway.costs.join import REACH, Theirs, fits
from gateway.costs.joining import ours, theirs
from gateway.costs.models import CarrierCallRow
from gateway.costs.whose import Whose
from gateway.costs.words import CARRIER_SLOW, SETTLED, Finding
from trunks.accounts.models import CarrierRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.kinds import registered

MOST = 500
PAGE = 500


async def findings(begin: Begin, since: datetime, until: datetime, now: datetime) -> tuple[list[Finding], bool]:
    """Of what began from `since` on and before `until`, in order, at most 500; are there more?"""
    async with begin() as session:
        accounts = {
            row.id: row
            for row in await CarrierRepository(session).all()
            if registered(row.kind).capabilities.records_of_calls.can != "no"
        }
        found = await _of_records(session, accounts, since, until, now)
    found += [words.not_read(row.name, row.id, at) for row in accounts.values() if (at := _unread(row, now))]
    found += await _of_calls(begin, accounts, since, until)
    found.sort(key=lambda one: (one.at, one.call_id, one.remote_id))
    return found[:MOST], len(found) > MOST


def _unread(row: CarrierRow, now: datetime) -> datetime | None:
    until = row.calls_until or row.created_at
    return until if now - until > CARRIER_SLOW else None


async def _of_records(
    session: AsyncSession, accounts: Mapping[str, CarrierRow], since: datetime, until: datetime, now: datetime
) -> list[Finding]:
    """Records that are no call of ours. What began before the account was given to us is none of ours to judge."""
    query = select(CarrierCallRow).where(
        CarrierCallRow.began_at >= since, CarrierCallRow.began_at < until, CarrierCallRow.fit.in_(("none", "several")),
        CarrierCallRow.carrier_id.in_(list(accounts)),
    )  # fmt: skip
    found: list[Finding] = []
    for row in await session.scalars(query.order_by(CarrierCallRow.began_at).limit(2 * MOST)):
        account = accounts[row.carrier_id]
        if row.began_at < account.created_at or row.began_at + timedelta(seconds=row.seconds) > now - SETTLED:
            continue
        tell = words.several_fit if row.fit == "several" else words.unknown_call
        what = words.told(row.direction, row.seconds, row.price, row.currency)
        found.append(tell(account.name, account.id, row.remote_id, row.began_at, what))
    return found


async def _of_calls(
    begin: Begin, accounts: Mapping[str, CarrierRow], since: datetime, until: datetime
) -> list[Finding]:  # fmt: skip
    """Answered calls of ours that their carrier has no record of, though its records were read since."""
    found: list[Finding] = []
    after = ""
    while accounts and len(found) <= MOST:
        async with begin() as session:
            known = select(CarrierCallRow.id).where(CarrierCallRow.call_id == CallRow.id).exists()
            query = select(CallRow).where(
                CallRow.created_at >= since, CallRow.created_at < until, CallRow.status == "ended", ~known,
                CallRow.id > after, or_(CallRow.minutes > 0, CallRow.direction == "inbound"), CallRow.trunk_id != "",
            )  # fmt: skip
            rows = (await session.scalars(query.order_by(CallRow.id).limit(PAGE))).all()
            if not rows:
                return found
            whose = await Whose.read(session)
            calls = [(call, whose.of_call(call)) for call in map(read_call, rows)]
            unknown = [
                (call, account) for call, name in calls if (account := accounts.get(name)) and _due(call, account)
            ]
            open_ = await _undecided(session, [call for call, _ in unknown])
        for call, account in unknown:
            if not any(fits(one, ours(call)) for one in open_):
                found.append(
                    words.unknown_to_carrier(account.name, account.id, call.id, call.created_at, call.direction)
                )
        after = rows[-1].id
    return found


def _due(call: Call, account: CarrierRow) -> bool:
    """Its carrier has had a day to record it, and we have looked since. Of a call that was emptied nobody can say."""
    return (
        call.answered_at is not None and call.ended_at is not None and call.erased_at is None
        and call.created_at >= account.created_at
        and account.calls_until is not None and account.calls_until >= call.ended_at + CARRIER_SLOW
    )  # fmt: skip


async def _undecided(session: AsyncSession, calls: Sequence[Call]) -> list[Theirs]:
    """Records of that time of which it is not known which call they are."""
    if not calls:
        return []
    first, last = min(call.created_at for call in calls), max(call.created_at for call in calls)
    query = select(CarrierCallRow).where(
        CarrierCallRow.fit == "several",
        CarrierCallRow.began_at >= first - REACH,
        CarrierCallRow.began_at <= last + REACH,
    )
    return [theirs(row) for row in await session.scalars(query)]
