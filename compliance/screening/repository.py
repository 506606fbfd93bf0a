"""Queries of the block and allow lists. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.entry_line import Wanted
from compliance.screening.found import ListName
from compliance.screening.models import EntryRow
from compliance.screening.value import Kind, Value
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.rest.pages import Cut


class EntryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, entry_id: str) -> EntryRow:
        """Raises NotFound."""
        row = await self._session.get(EntryRow, entry_id)
        if row is None:
            raise NotFound("there is no such entry", todo="GET /v1/screening/entries")
        return row

    async def notes(self, entry_ids: Iterable[str]) -> dict[str, str]:
        """By id; entries that are gone are absent."""
        query = select(EntryRow.id, EntryRow.note).where(EntryRow.id.in_(list(entry_ids)))
        return {row.id: row.note for row in await self._session.execute(query)}

    async def page(
        self, cut: Cut, *, which: ListName | None, kind: Kind | None, value: str | None
    ) -> tuple[list[EntryRow], str | None]:
        query = select(EntryRow)
        if which:
            query = query.where(EntryRow.list == which)
        if kind:
            query = query.where(EntryRow.kind == kind)
        if value:
            query = query.where(EntryRow.value == value)
        return await cut.rows(self._session, query, EntryRow.id)

    async def add(self, wanted: Wanted, now: datetime) -> EntryRow:
        """Raises Conflict when the value is on a list already; an entry that has expired makes room."""
        query = select(EntryRow).where(EntryRow.kind == wanted.value.kind, EntryRow.value == wanted.value.text)
        known = await self._session.scalar(query)
        if known is not None and not _expired(known, now):
            raise _taken(known, wanted)
        if known is not None:
            await self._session.delete(known)
            await self._session.flush()
        row = _row(wanted, now)
        self._session.add(row)
        await self._session.flush()
        return row

    async def add_many(self, wanted: Sequence[Wanted], now: datetime) -> list[str]:
        """Of each in its order: "added", "kept" when its list has it already (note and end are taken over), or what is
        in the way. The same value twice: the later one counts."""
        known = await self._known(wanted)
        outcomes: list[str] = []
        for one in wanted:
            row = known.get((one.value.kind, one.value.text))
            if row is None:
                row = known[one.value.kind, one.value.text] = _row(one, now)
                self._session.add(row)
                outcomes.append("added")
            elif row.list != one.list and not _expired(row, now):
                outcomes.append(f"it is on the {row.list} list already, as {row.id}")
            else:
                outcomes.append("added" if _expired(row, now) else "kept")
                row.list, row.note, row.expires_at, row.updated_at = one.list, one.note, one.expires_at, now
        await self._session.flush()
        return outcomes

    async def forget_expired(self, before: datetime) -> None:
        await self._session.execute(delete(EntryRow).where(EntryRow.expires_at < before))

    async def _known(self, wanted: Sequence[Wanted]) -> dict[tuple[str, str], EntryRow]:
        by_kind: dict[str, list[str]] = {}
        for one in wanted:
            by_kind.setdefault(one.value.kind, []).append(one.value.text)
        if not by_kind:
            return {}
        named = or_(*((EntryRow.kind == kind) & EntryRow.value.in_(texts) for kind, texts in by_kind.items()))
        rows = await self._session.scalars(select(EntryRow).where(named))
        return {(row.kind, row.value): row for row in rows}


def _row(wanted: Wanted, now: datetime) -> EntryRow:
    value: Value = wanted.value
    return EntryRow(
        id=new_id("scr"), list=wanted.list, kind=value.kind, value=value.text, low=value.low, high=value.high,
        digits=value.digits, magnitude=value.magnitude, note=wanted.note, expires_at=wanted.expires_at, created_at=now,
        updated_at=now,
    )  # fmt: skip


def _expired(row: EntryRow, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _taken(known: EntryRow, wanted: Wanted) -> Conflict:
    other = "already" if known.list == wanted.list else "and would be on both"
    return Conflict(
        f"it is on the {known.list} list {other}, as {known.id}", code="screening.listed", field="value",
        todo=f"DELETE /v1/screening/entries/{known.id} first",
    )  # fmt: skip
