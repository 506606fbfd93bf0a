"""Screening as a place that keeps something of persons: lists, and the calls of the last minute.

A list is what somebody wanted: its entries go only when that is asked for, and a keyed hash stays for what they said.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.hash_key import HashKey
from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.service import Begin
from compliance.screening.models import EntryRow, NeverCallsNumberRow, RecentCallRow
from gateway.kernel.clock import Clock

_LISTED = "entries of the lists stay unless they are to go too (also_lists)"
_IMPORTED = "a do-not-originate list says that the number never calls; import the list without it"


class ErasableScreening:
    name = "screening"
    covers: Collection[str] = frozenset(
        {
            "screening_entries.value", "screening_entries.low", "screening_entries.high",
            "do_not_originate_numbers.number", "screening_recent_calls.pii",
        }
    )  # fmt: skip

    def __init__(self, begin: Begin, clock: Clock, key: HashKey) -> None:
        self._begin, self._clock, self._key = begin, clock, key

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            entries, recent = await _entries(session, subject), await _recent(session, subject)
            return len(entries) + len(recent) + await _never_calls(session, subject)

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            entries = [
                {"list": row.list, "value": row.value, "note": row.note, "since": row.created_at.isoformat()}
                for row in await _entries(session, subject)
            ]
            recent = [{"call": row.call_id, "at": row.at.isoformat()} for row in await _recent(session, subject)]
        return entries + recent

    async def erase(self, subject: Subject) -> Erased:
        kept: list[Kept] = []
        async with self._begin() as session:
            entries, recent = await _entries(session, subject), await _recent(session, subject)
            if recent:
                ids = [row.call_id for row in recent]
                await session.execute(delete(RecentCallRow).where(RecentCallRow.call_id.in_(ids)))
            count = len(recent)
            if subject.also_lists and subject.person is not None:
                for row in entries:
                    subject_hash = self._key.of(subject.person)
                    await PrivacyRepository(session).suppress(subject_hash, row.list, self._clock.now())
                    await session.delete(row)
                count += len(entries)
            elif entries:
                kept.append(Kept(len(entries), _LISTED))
            if imported := await _never_calls(session, subject):
                kept.append(Kept(imported, _IMPORTED))
        return Erased(count, tuple(kept))


async def _entries(session: AsyncSession, subject: Subject) -> list[EntryRow]:
    if subject.person is None:
        return []
    query = select(EntryRow).where(EntryRow.kind == "number", EntryRow.value == subject.person.number)
    return list(await session.scalars(query))


async def _recent(session: AsyncSession, subject: Subject) -> list[RecentCallRow]:
    where = RecentCallRow.call_id.in_(list(subject.call_ids))
    if subject.person is not None:
        where = or_(where, RecentCallRow.pii.in_((subject.person.number, subject.person.digits)))
    return list(await session.scalars(select(RecentCallRow).where(where)))


async def _never_calls(session: AsyncSession, subject: Subject) -> int:
    if subject.person is None:
        return 0
    where = NeverCallsNumberRow.number == int(subject.person.digits)
    return await session.scalar(select(func.count()).select_from(NeverCallsNumberRow).where(where)) or 0
