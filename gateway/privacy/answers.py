"""Answers that are kept for a repeated request (`Idempotency-Key`), for a day."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.erasable import Subject
from compliance.privacy.erasable_rows import ErasableRows
from gateway.rest.idempotency import IdempotencyRow


class ErasableAnswers(ErasableRows[IdempotencyRow]):
    """One that is gone: the same request sent again would be carried out again, within that day."""

    name = "kept answers"
    covers: Collection[str] = frozenset({"idempotency_keys.answer"})

    def shown(self, row: IdempotencyRow) -> dict[str, Any]:
        return {"answer": row.answer}

    async def rows(self, session: AsyncSession, subject: Subject) -> list[IdempotencyRow]:
        if subject.person is None:
            return []
        naming = cast(IdempotencyRow.answer, String).contains(subject.person.digits, autoescape=True)
        rows = await session.scalars(select(IdempotencyRow).where(naming))
        return [row for row in rows if subject.person.is_in(row.answer)]
