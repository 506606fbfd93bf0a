"""The ledger as a place that keeps something of persons: values beside its entries. Entries and proofs stay."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.models import LedgerEntryRow, LedgerPersonalRow
from compliance.ledger.repository import LedgerRepository
from compliance.privacy.erasable import Subject
from compliance.privacy.erasable_rows import ErasableRows


class ErasableLedger(ErasableRows[LedgerPersonalRow]):
    name = "ledger"
    covers: Collection[str] = frozenset({"ledger_personal.pii"})

    def shown(self, row: LedgerPersonalRow) -> dict[str, Any]:
        return {"entry": row.seq, "field": row.field, "value": json.loads(row.pii)}

    async def forget(self, call_ids: Sequence[str]) -> int:
        """For retention."""
        async with self._begin() as session:
            return await LedgerRepository(session).forget(call_ids)

    async def rows(self, session: AsyncSession, subject: Subject) -> list[LedgerPersonalRow]:
        of_calls = select(LedgerEntryRow.seq).where(LedgerEntryRow.call_id.in_(list(subject.call_ids)))
        found = {
            (row.seq, row.field): row
            for row in await session.scalars(select(LedgerPersonalRow).where(LedgerPersonalRow.seq.in_(of_calls)))
        }
        if subject.person is not None:
            of_held = select(LedgerEntryRow.seq).where(LedgerEntryRow.call_id.in_(list(subject.held)))
            kept = set(await session.scalars(of_held)) if subject.held else set[int]()
            naming = LedgerPersonalRow.pii.contains(subject.person.digits, autoescape=True)
            for row in await session.scalars(select(LedgerPersonalRow).where(naming)):
                if row.seq not in kept and subject.person.is_in(json.loads(row.pii)):
                    found[row.seq, row.field] = row
        return list(found.values())
