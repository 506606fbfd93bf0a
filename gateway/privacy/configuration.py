"""What administrators have set up, and may name a person: transfer targets, rules, trunks, numbers of ours.

None of it is erased from here: a call would go elsewhere. Whoever set it up takes it out, and the report says where.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.service import Begin
from dispatch_rules.models import RuleRow
from gateway.transfers.models import TargetRow
from trunks.models import NumberRow, TrunkRow

_WHERE = "it is configuration; change or delete it: "


class ErasableConfiguration:
    name = "configuration"
    covers: Collection[str] = frozenset({"transfer_targets.number", "transfer_targets.uri"})

    def __init__(self, begin: Begin) -> None:
        self._begin = begin

    async def find(self, subject: Subject) -> int:
        async with self._begin() as session:
            return len(await _rows(session, subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        async with self._begin() as session:
            return [{"id": row.id, "name": row.name} for row in await _rows(session, subject)]

    async def erase(self, subject: Subject) -> Erased:
        async with self._begin() as session:
            ids = sorted(row.id for row in await _rows(session, subject))
        return Erased(0, (Kept(len(ids), _WHERE + ", ".join(ids[:20])),) if ids else ())


async def _rows(session: AsyncSession, subject: Subject) -> list[TargetRow | RuleRow | TrunkRow | NumberRow]:
    person = subject.person
    if person is None:
        return []
    found = await session.scalars(select(TargetRow))
    targets = [row for row in found if person.is_in([row.number or "", row.uri or ""])]
    rules = [
        row for row in await session.scalars(select(RuleRow)) if person.is_in([*row.inbound_numbers, *row.numbers])
    ]
    trunks = [
        row for row in await session.scalars(select(TrunkRow)) if person.is_in([*row.allowed_numbers, *row.numbers])
    ]
    numbers = [row for row in await session.scalars(select(NumberRow)) if person.is_in(row.number)]
    return [*targets, *rules, *trunks, *numbers]
