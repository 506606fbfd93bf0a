"""Queries of the ledger. Methods work inside the caller's transaction; nothing here changes an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.commitments import Kept
from compliance.ledger.kinds import Kind
from compliance.ledger.merkle import root_over, split_hex
from compliance.ledger.models import LedgerEntryRow, LedgerPersonalRow
from compliance.ledger.proofs import Range, last_leaf, subtrees_of
from gateway.kernel.errors import BadInput, NotFound, Unavailable
from gateway.rest.pages import Cut, cursor_after

_ENTRIES = LedgerEntryRow.__table__.c


@dataclass(frozen=True)
class Wanted:
    """Which entries; nothing set: all."""

    call_id: str | None = None
    kind: Kind | None = None
    since: datetime | None = None

    @property
    def all(self) -> bool:
        return self == Wanted()

    def narrow(self, query: Select[Any]) -> Select[Any]:
        if self.call_id is not None:
            query = query.where(_ENTRIES.call_id == self.call_id)
        if self.kind is not None:
            query = query.where(_ENTRIES.kind == self.kind.value)
        if self.since is not None:
            query = query.where(_ENTRIES.at >= self.since)
        return query


class LedgerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def size(self) -> int:
        """The last entry's number; 0 for none."""
        return await self._session.scalar(select(func.max(_ENTRIES.seq))) or 0

    async def get(self, seq: int) -> LedgerEntryRow:
        """Raises NotFound."""
        row = await self._session.get(LedgerEntryRow, seq)
        if row is None:
            raise NotFound("there is no such entry", todo="GET /v1/audit/entries")
        return row

    async def page(self, cut: Cut, wanted: Wanted) -> tuple[list[LedgerEntryRow], str | None]:
        """The newest first. Raises BadInput for a cursor that is not ours."""
        query = wanted.narrow(select(LedgerEntryRow))
        if cut.before is not None:
            if not cut.before.isdecimal() or len(cut.before) > 18:
                raise BadInput("cursor is not one of ours", field="cursor", todo="use next_cursor of the page before")
            query = query.where(_ENTRIES.seq < int(cut.before))
        found = list(await self._session.scalars(query.order_by(_ENTRIES.seq.desc()).limit(cut.limit + 1)))
        rows = found[: cut.limit]
        return rows, cursor_after(str(rows[-1].seq)) if len(found) > cut.limit else None

    async def following(
        self, after: int, limit: int, wanted: Wanted = Wanted(), upto: int | None = None
    ) -> list[LedgerEntryRow]:
        """In their order, from the one after `after`."""
        query = wanted.narrow(select(LedgerEntryRow)).where(_ENTRIES.seq > after)
        if upto is not None:
            query = query.where(_ENTRIES.seq <= upto)
        return list(await self._session.scalars(query.order_by(_ENTRIES.seq).limit(limit)))

    async def personal(self, seqs: Sequence[int]) -> dict[int, dict[str, Kept]]:
        """By entry and field; what was erased is absent."""
        found: dict[int, dict[str, Kept]] = {}
        if seqs:
            query = select(LedgerPersonalRow).where(LedgerPersonalRow.seq.in_(seqs))
            for row in await self._session.scalars(query):
                found.setdefault(row.seq, {})[row.field] = Kept(row.salt, row.pii)
        return found

    async def roots(self, ranges: Sequence[Range]) -> list[bytes]:
        """Of the trees over these ranges of leaves. Raises Unavailable when an entry that they need is gone."""
        parts = [subtrees_of(one) for one in ranges]
        seqs = {last_leaf(subtree) + 1 for part in parts for subtree in part}
        query = select(_ENTRIES.seq, _ENTRIES.hashes).where(_ENTRIES.seq.in_(seqs))
        hashes = {row.seq: row.hashes for row in await self._session.execute(query)}
        try:
            return [
                root_over(split_hex(hashes[last_leaf(subtree) + 1])[subtree[0]] for subtree in part) for part in parts
            ]
        except (KeyError, IndexError, ValueError) as error:
            raise damaged("the hashes of an entry are gone or damaged") from error

    async def forget(self, call_ids: Iterable[str]) -> int:
        """Takes the personal values of these calls' entries away for good; returns how many. All proofs still hold."""
        of_calls = select(_ENTRIES.seq).where(_ENTRIES.call_id.in_(list(call_ids)))
        gone = await self._session.execute(delete(LedgerPersonalRow).where(LedgerPersonalRow.seq.in_(of_calls)))
        return gone.rowcount  # pyright: ignore[reportAttributeAccessIssue]

    async def forget_naming(self, text: str) -> int:
        """The same of every value that has `text` in it, such as a number in an administrator's entry; looks at all."""
        where = LedgerPersonalRow.pii.contains(text, autoescape=True)
        gone = await self._session.execute(delete(LedgerPersonalRow).where(where))
        return gone.rowcount  # pyright: ignore[reportAttributeAccessIssue]


def damaged(detail: str) -> Unavailable:
    return Unavailable(detail, code="ledger.damaged", todo="gateway audit export, then: gateway audit verify FILE")
