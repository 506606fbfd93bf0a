"""Hands out the instants at which dials may begin, to all processes that dial, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import PaceRow
from gateway.campaigns.pace import Slots, back_off, interval
from gateway.campaigns.terms import Outcome

_TRUNK_WORKS: frozenset[Outcome] = frozenset(
    {"answered", "voicemail", "message_left", "screened", "ivr", "fax", "silence", "busy", "no_answer", "declined"}
)


class Paces:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_slot(self, now: datetime, rates: dict[str, float | None]) -> datetime:
        """`rates`: calls a second by trunk and campaign, None for no bound. The instant is nobody else's."""
        rows = {of: await self._held(of, now) for of in sorted(rates)}  # in one order: nobody waits for another
        at = max(Slots(row.next_at, row.limited_until).first(now) for row in rows.values())
        for of, row in rows.items():
            row.next_at = at + interval(rates[of])
        return at

    async def heed(self, trunk_id: str, outcome: Outcome, now: datetime) -> None:
        """A carrier that refuses for its load gets a pause, a longer one each time; any other answer ends that."""
        if not trunk_id or (outcome != "carrier_limit" and outcome not in _TRUNK_WORKS):
            return
        row = await self._held(trunk_id, now)
        if outcome != "carrier_limit":
            row.limited, row.limited_until = 0, None
        elif row.limited_until is None or now >= row.limited_until:  # those that were under way say nothing new
            row.limited += 1
            row.limited_until = now + back_off(row.limited)

    async def limited_until(self, trunk_id: str) -> datetime | None:
        row = await self._session.get(PaceRow, trunk_id)
        return row.limited_until if row else None

    async def _held(self, of: str, now: datetime) -> PaceRow:
        """Its row, which is this transaction's until its end."""
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        fresh = insert(PaceRow).values(of=of, next_at=now, limited=0)
        await self._session.execute(fresh.on_conflict_do_nothing())
        return await self._session.get_one(PaceRow, of, with_for_update=True, populate_existing=True)
