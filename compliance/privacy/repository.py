"""Queries of holds, erasures, suppressions and retention. Methods work inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.models import ErasureRow, HoldRow, RetentionRow, SuppressionRow
from gateway.kernel.errors import NotFound
from gateway.rest.pages import Cut

_AT_ONCE = 5_000


class PrivacyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: HoldRow | ErasureRow) -> None:
        self._session.add(row)

    async def hold(self, hold_id: str) -> HoldRow:
        """Raises NotFound."""
        row = await self._session.get(HoldRow, hold_id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such hold", code="privacy.no_hold", todo="GET /v1/privacy/holds")
        return row

    async def holds(self, cut: Cut) -> tuple[list[HoldRow], str | None]:
        """The newest first, released ones too."""
        return await cut.rows(self._session, select(HoldRow), HoldRow.id)

    async def held(self, subjects: Collection[str]) -> dict[str, str]:
        """Of these hashes and calls, those that are held now, each with its hold."""
        found: dict[str, str] = {}
        wanted = sorted(subjects)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = select(HoldRow.subject, HoldRow.id).where(HoldRow.subject.in_(some), HoldRow.released_at.is_(None))
            found |= {row.subject: row.id for row in await self._session.execute(query)}
        return found

    async def erasures(self, cut: Cut) -> tuple[list[ErasureRow], str | None]:
        return await cut.rows(self._session, select(ErasureRow), ErasureRow.id)

    async def any_not_rewritten(self) -> bool:
        query = select(ErasureRow.id).where(ErasureRow.rewritten.is_(False)).limit(1)
        return await self._session.scalar(query) is not None

    async def mark_rewritten(self, before: datetime) -> None:
        where = (ErasureRow.rewritten.is_(False), ErasureRow.at <= before)
        await self._session.execute(update(ErasureRow).where(*where).values(rewritten=True))

    async def suppress(self, subject: str, which: str, now: datetime) -> None:
        await self._session.merge(SuppressionRow(subject=subject, list=which, at=now))

    async def suppressed(self, subject: str) -> list[str]:
        """The lists that somebody was on when erased."""
        query = select(SuppressionRow.list).where(SuppressionRow.subject == subject).order_by(SuppressionRow.list)
        return list(await self._session.scalars(query))

    async def swept_to(self, kind: str) -> datetime | None:
        row = await self._session.get(RetentionRow, kind)
        return row.swept_to if row else None

    async def sweep_on(self, kind: str, swept_to: datetime | None) -> None:
        await self._session.merge(RetentionRow(kind=kind, swept_to=swept_to))

    async def sweep_anew(self) -> None:
        """What was held is looked at again."""
        await self._session.execute(update(RetentionRow).values(swept_to=None))
