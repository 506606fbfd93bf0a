"""A campaign's contacts and attempts counted, from indexes alone: 0.16 s for a million of each.

SQLite counts under the lock that calls need too. So a count is given out again for twenty times as long as it took.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.contacts import Contacts
from gateway.campaigns.models import AttemptRow
from gateway.db.session import Database
from gateway.kernel.clock import Clock

KEPT_TIMES = 20
MOST = 200  # campaigns that somebody looks at


@dataclass(frozen=True)
class Tally:
    """By state of the contact; by outcome of ended attempts; answers at which no agent was there."""

    contacts: dict[str, int]
    outcomes: dict[str, int]
    abandoned: int


@dataclass
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tally: Tally | None = None
    until: float = 0.0


class Tallies:
    """Counts of all campaigns, one process's."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def of(self, campaign_id: str) -> Tally:
        """As it is now, or was a moment ago."""
        kept = self._kept.setdefault(campaign_id, _Kept())
        self._kept.move_to_end(campaign_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        async with kept.lock:  # who asks meanwhile gets the same
            if kept.tally is None or self._clock.monotonic() >= kept.until:
                began = self._clock.monotonic()
                kept.tally = await self._count(campaign_id)
                ended = self._clock.monotonic()
                kept.until = ended + KEPT_TIMES * (ended - began)
            return kept.tally

    async def _count(self, campaign_id: str) -> Tally:
        async with self._database.begin() as session:
            contacts = await Contacts(session).counts(campaign_id)
        async with self._database.begin() as session:
            return Tally(contacts, *await _outcomes(session, campaign_id))


async def _outcomes(session: AsyncSession, campaign_id: str) -> tuple[dict[str, int], int]:
    query = (
        select(AttemptRow.outcome, func.count(), func.count(AttemptRow.agent_at))
        .where(AttemptRow.campaign_id == campaign_id, AttemptRow.outcome != "")
        .group_by(AttemptRow.outcome)
    )
    rows = (await session.execute(query)).all()
    abandoned = sum(count - with_agent for outcome, count, with_agent in rows if outcome == "answered")
    return {outcome: count for outcome, count, _ in rows}, abandoned
