"""What is on file of a number, as the gate needs it: read in the transaction that decides, and kept by nobody.

A row that was committed is seen by the next decision; there is no cache that could outlive it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.asked import Calendar, Consent, ListCopy, Listed, Revocation
from compliance.dialling.terms import ConsentKind, Purpose, Scope
from compliance.do_not_call.lists import CURRENT
from compliance.do_not_call.models import ListNumberRow, ListRow
from compliance.do_not_call.repository import DialConsents, Holidays, OwnList, Revocations
from compliance.do_not_call.who import who
from compliance.privacy.hash_key import HashKey


@dataclass(frozen=True)
class OnFile:
    consents: tuple[Consent, ...]
    listed: tuple[Listed, ...]
    revocations: tuple[Revocation, ...]
    lists: tuple[ListCopy, ...]
    holidays: dict[str, Calendar]


async def on_file(session: AsyncSession, key: HashKey, number: str) -> OnFile:
    """Of one number, in E.164; an entry or a revocation of somebody who was erased is found by its hash."""
    person = who(key, number)
    consents = tuple(
        Consent(
            row.id, cast("ConsentKind", row.kind), frozenset(cast("list[Purpose]", row.purposes)), row.seller,
            row.given_at, row.evidence, row.withdrawn_at,
        )
        for row in await DialConsents(session).of(person)
    )  # fmt: skip
    listed = tuple(
        Listed(row.id, cast("Scope", row.scope), row.seller, row.created_at)
        for row in await OwnList(session).of(person)
    )
    revocations = tuple(
        Revocation(row.id, cast("Scope", row.scope), row.seller, row.at)
        for row in await Revocations(session).of(person)
    )
    return OnFile(consents, listed, revocations, await _copies(session, number), await calendars(session))


async def _copies(session: AsyncSession, number: str) -> tuple[ListCopy, ...]:
    has = exists().where(
        ListNumberRow.edition == ListRow.edition, ListNumberRow.number == int(number.removeprefix("+"))
    )
    rows = await session.execute(select(ListRow, has.label("has")).where(CURRENT).order_by(ListRow.name))
    return tuple(
        ListCopy(row.name, row.register, row.place, cast("Scope", row.scope), row.dated, bool(found))
        for row, found in rows
    )


async def calendars(session: AsyncSession) -> dict[str, Calendar]:
    """By place, of all years together that the operator has said the holidays of."""
    found: dict[str, Calendar] = {}
    for row in await Holidays(session).all():
        before = found.get(row.place, Calendar(frozenset(), frozenset()))
        days = {date.fromisoformat(day) for day in row.days}
        found[row.place] = Calendar(before.years | {row.year}, before.days | days)
    return found
