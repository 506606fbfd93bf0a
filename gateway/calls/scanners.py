"""Refused INVITEs from strangers: the first ones of a minute are calls, the rest is a number.

Whoever tries numbers or passwords from one address would otherwise fill the call log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.models import RefusedSourceRow

CALLS_PER_MINUTE = 20
SHOWN_H = 24


@dataclass(frozen=True)
class Scanner:
    """A source whose INVITEs were refused or dropped; times are whole minutes."""

    source_address: str
    first_seen: datetime
    last_seen: datetime
    refused: int


class RefusedSources:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, source_address: str, now: datetime, more_of_them: int = 1) -> int:
        """Counts refused INVITEs of this source; returns how many there were in this minute."""
        minute = now.replace(second=0, microsecond=0)
        row = {"pii": source_address[:64], "minute": minute, "refused": more_of_them}
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        more = {"refused": RefusedSourceRow.refused + more_of_them}
        await self._session.execute(
            insert(RefusedSourceRow).values(row).on_conflict_do_update(index_elements=["pii", "minute"], set_=more)
        )
        query = select(RefusedSourceRow.refused).where(
            RefusedSourceRow.pii == row["pii"], RefusedSourceRow.minute == minute
        )
        return await self._session.scalar(query) or 0

    async def seen(self, now: datetime, limit: int) -> list[Scanner]:
        """Of the last day, who tried most first."""
        refused = func.sum(RefusedSourceRow.refused)
        query = (
            select(RefusedSourceRow.pii, func.min(RefusedSourceRow.minute), func.max(RefusedSourceRow.minute), refused)
            .where(RefusedSourceRow.minute > now - timedelta(hours=SHOWN_H))
            .group_by(RefusedSourceRow.pii)
            .order_by(refused.desc(), RefusedSourceRow.pii)
            .limit(limit)
        )
        rows = await self._session.execute(query)
        return [Scanner(source, first, last, int(count)) for source, first, last, count in rows]
