"""Finds what screening has to know about a call: three queries, each by an index, however long the lists are.

Rates are counted in a table and not in memory: the count then belongs to the transaction of the verdict (one that is
rolled back or asked again counts once), outlives a restart, and is one for all control planes of an installation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_network
from math import ceil

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.caller import is_anonymous, is_number, networks_of, prefixes_of
from compliance.screening.found import Found, Match, Recent
from compliance.screening.models import EntryRow, NeverCallsNumberRow, NeverCallsRow, RecentCallRow

MINUTE = timedelta(seconds=60)
MOST_RANGES = 32  # the narrowest ones; the first of them decides
LONGEST_TEXT = 256  # of what a caller may call itself


class Screening:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, ani: str, source_address: str, dnis: str, now: datetime, *, besides: str = "") -> Found:
        """`ani` and `dnis` as the switchboard stores them. `besides`: the call that is asked about, perhaps not for the
        first time; it does not count itself."""
        anonymous = is_anonymous(ani)
        calling = "" if anonymous else ani
        recent = await self._recent(calling, dnis, now, besides)
        return Found(
            anonymous=anonymous,
            matches=(*await self._named(calling, source_address, now), *await self._ranges(calling, now)),
            never_calls=await self._never_calls(calling),
            of_caller=recent.get("caller", Recent()),
            to_number=recent.get("number", Recent()),
        )

    async def note_admitted(self, call_id: str, ani: str, dnis: str, now: datetime) -> None:
        """One more call of this caller and to this number; the same call twice counts once."""
        calling = "" if is_anonymous(ani) else ani
        rows = [
            {"call_id": call_id, "whose": whose, "pii": who[:LONGEST_TEXT], "at": now}
            for whose, who in (("caller", calling), ("number", dnis))
        ]
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await self._session.execute(insert(RecentCallRow).values(rows).on_conflict_do_nothing())

    async def _named(self, calling: str, source_address: str, now: datetime) -> list[Match]:
        """Entries for the number itself, for its beginning, and for the source."""
        named: list[ColumnElement[bool]] = []
        if is_number(calling):
            named.append(and_(EntryRow.kind == "number", EntryRow.value == calling))
            named.append(and_(EntryRow.kind == "prefix", EntryRow.value.in_(prefixes_of(calling))))
        if networks := networks_of(source_address):
            named.append(and_(EntryRow.kind == "source", EntryRow.value.in_(networks)))
        if not named:
            return []
        query = select(EntryRow.id, EntryRow.list, EntryRow.kind, EntryRow.value).where(or_(*named), _valid(now))
        return [
            Match(row.id, row.list, row.kind, _breadth(row.kind, row.value))  # checked when they were written
            for row in await self._session.execute(query)
        ]

    async def _ranges(self, calling: str, now: datetime) -> list[Match]:
        """A range of magnitude m that has the number begins less than 10**m below it: so much of the index is read."""
        if not is_number(calling):
            return []
        number, digits = int(calling), len(calling) - 1
        near = or_(
            *(
                and_(EntryRow.digits == digits, EntryRow.magnitude == m, EntryRow.low.between(number - 10**m, number))
                for m in range(1, digits + 1)
            )
        )
        width = (EntryRow.high - EntryRow.low).label("width")
        query = (
            select(EntryRow.id, EntryRow.list, width)
            .where(near, EntryRow.high >= number, _valid(now))
            .order_by(width, EntryRow.list.desc())
            .limit(MOST_RANGES)
        )
        return [Match(row.id, row.list, "range", row.width) for row in await self._session.execute(query)]

    async def _never_calls(self, calling: str) -> str:
        """The name of a do-not-originate list that has the number."""
        if not is_number(calling):
            return ""
        query = (
            select(NeverCallsRow.name)
            .join(NeverCallsNumberRow, NeverCallsNumberRow.edition == NeverCallsRow.edition)
            .where(NeverCallsRow.state == "current", NeverCallsNumberRow.number == int(calling))
        )
        return await self._session.scalar(query.order_by(NeverCallsRow.name).limit(1)) or ""

    async def _recent(self, calling: str, dnis: str, now: datetime, besides: str) -> dict[str, Recent]:
        ours = or_(
            and_(RecentCallRow.whose == "caller", RecentCallRow.pii == calling[:LONGEST_TEXT]),
            and_(RecentCallRow.whose == "number", RecentCallRow.pii == dnis[:LONGEST_TEXT]),
        )
        query = (
            select(RecentCallRow.whose, func.count(), func.min(RecentCallRow.at))
            .where(ours, RecentCallRow.at > now - MINUTE, RecentCallRow.call_id != besides)
            .group_by(RecentCallRow.whose)
        )
        return {
            whose: Recent(calls, ceil((oldest + MINUTE - now).total_seconds()))
            for whose, calls, oldest in await self._session.execute(query)
        }


def _valid(now: datetime) -> ColumnElement[bool]:
    return or_(EntryRow.expires_at.is_(None), EntryRow.expires_at > now)


def _breadth(kind: str, value: str) -> int:
    if kind == "source":
        network = ip_network(value)
        return network.max_prefixlen - network.prefixlen
    return 16 - len(value) if kind == "prefix" else 0
