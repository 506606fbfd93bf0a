"""Forgets what only the present needs: counted calls, entries that have expired, imports that died."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from compliance.screening.do_not_originate import DoNotOriginate
from compliance.screening.lookup import MINUTE
from compliance.screening.models import RecentCallRow
from compliance.screening.repository import EntryRepository
from compliance.screening.turns import Begin
from gateway.kernel.clock import Clock

EXPIRED_KEPT = timedelta(days=7)


async def tidy_screening(begin: Begin, clock: Clock) -> None:
    """`begin` opens a transaction; several short ones are made."""
    now = clock.now()
    async with begin() as session:
        await session.execute(delete(RecentCallRow).where(RecentCallRow.at < now - MINUTE))
        await EntryRepository(session).forget_expired(now - EXPIRED_KEPT)
    await DoNotOriginate(begin, clock).forget_abandoned()
