"""Refused INVITEs from strangers: the first ones of a minute are calls, the rest is a number.

Whoever tries numbers or passwords from one address would otherwise fill the call log.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.models import RefusedSourceRow

CALLS_PER_MINUTE = 20
STRANGERS = frozenset({"unknown_number", "no_trunk", "source_not_allowed", "wrong_password", "malformed"})


class RefusedSources:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, source_address: str, now: datetime) -> int:
        """Counts one more refused INVITE of this source; returns how many there were in this minute."""
        minute = now.replace(second=0, microsecond=0)
        row = {"pii": source_address[:64], "minute": minute, "refused": 1}
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        more = {"refused": RefusedSourceRow.refused + 1}
        await self._session.execute(
            insert(RefusedSourceRow).values(row).on_conflict_do_update(index_elements=["pii", "minute"], set_=more)
        )
        query = select(RefusedSourceRow.refused).where(
            RefusedSourceRow.pii == row["pii"], RefusedSourceRow.minute == minute
        )
        return await self._session.scalar(query) or 0
