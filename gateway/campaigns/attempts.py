"""Attempts of campaigns: each is one dial at most. Works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import AttemptRow
from gateway.campaigns.terms import Outcome
from gateway.kernel.errors import NotFound

WEEK = timedelta(days=7)


class Attempts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, attempt_id: str) -> AttemptRow:
        """Raises NotFound."""
        row = await self._session.get(AttemptRow, attempt_id, populate_existing=True)
        if row is None:
            raise NotFound("there is no such attempt", todo="GET /v1/campaigns/{campaign_id}/attempts")
        return row

    async def may_dial(self, attempt_id: str, dialler: str, now: datetime, **values: Any) -> bool:
        """True for whoever gets to dial it, which is nobody or one: it is `dialling` from now on, for ever."""
        mine = (AttemptRow.id == attempt_id, AttemptRow.state == "claimed", AttemptRow.dialler == dialler)
        changed = {"state": "dialling", "dialled_at": now, "counts": True} | values
        return await self._changed(update(AttemptRow).where(*mine).values(changed))

    async def take_call(self, attempt_id: str, call_id: str) -> bool:
        """True when the call is the attempt's, now or already; False when another one is."""
        free = (AttemptRow.id == attempt_id, AttemptRow.call_id.in_(("", call_id)))
        return await self._changed(update(AttemptRow).where(*free).values(call_id=call_id))

    async def dials_of(self, number_hash: str, now: datetime) -> tuple[datetime, ...]:
        """When a number was dialled within the last seven days, by every campaign; dials that never rang left out."""
        query = select(AttemptRow.dialled_at).where(
            AttemptRow.number_hash == number_hash, AttemptRow.dialled_at > now - WEEK, AttemptRow.counts
        )
        return tuple(at for at in await self._session.scalars(query) if at is not None)

    async def dials_in(self, campaign_id: str, position: int) -> int:
        """How often this campaign has dialled a contact, ever."""
        query = (
            select(func.count())
            .select_from(AttemptRow)
            .where(AttemptRow.campaign_id == campaign_id, AttemptRow.position == position, AttemptRow.counts)
        )
        return await self._session.scalar(query) or 0

    async def any_of(self, campaign_id: str) -> bool:
        query = select(AttemptRow.id).where(AttemptRow.campaign_id == campaign_id).limit(1)
        return await self._session.scalar(query) is not None

    async def outcomes_before(self, row: AttemptRow) -> list[Outcome]:
        """Of the same contact."""
        query = select(AttemptRow.outcome).where(
            AttemptRow.campaign_id == row.campaign_id, AttemptRow.position == row.position, AttemptRow.n < row.n
        )
        return cast("list[Outcome]", list(await self._session.scalars(query)))

    async def open_of(self, campaign_id: str) -> dict[str, int]:
        """How many are claimed, and how many dialling."""
        query = (
            select(AttemptRow.state, func.count())
            .where(AttemptRow.campaign_id == campaign_id, AttemptRow.state != "ended")
            .group_by(AttemptRow.state)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def open_on(self, trunk_id: str, campaign_id: str) -> int:
        """Lines of a trunk that campaigns use, or are about to: those of this one without a trunk yet, too."""
        meant = (AttemptRow.trunk_id == "") & (AttemptRow.campaign_id == campaign_id)
        query = (
            select(func.count())
            .select_from(AttemptRow)
            .where(AttemptRow.state != "ended", (AttemptRow.trunk_id == trunk_id) | meant)
        )
        return await self._session.scalar(query) or 0

    async def latest_outcomes(self, campaign_id: str, most: int, since: datetime | None) -> list[Outcome]:
        """Of dials that have ended, the newest first."""
        query = select(AttemptRow.outcome).where(
            AttemptRow.campaign_id == campaign_id, AttemptRow.state == "ended", AttemptRow.dialled_at.is_not(None)
        )
        if since is not None:
            query = query.where(AttemptRow.ended_at >= since)
        query = query.order_by(AttemptRow.ended_at.desc()).limit(most)
        return cast("list[Outcome]", list(await self._session.scalars(query)))

    async def open_by(self, dialler: str) -> Sequence[AttemptRow]:
        """What a process has claimed and not ended."""
        query = select(AttemptRow).where(AttemptRow.dialler == dialler, AttemptRow.state != "ended")
        return (await self._session.scalars(query)).all()

    async def take_over(self, dead: str, heir: str) -> list[str]:
        """Ids of what `dead` left open; they are the heir's from now on."""
        theirs = (AttemptRow.dialler == dead, AttemptRow.state != "ended")
        taken = update(AttemptRow).where(*theirs).values(dialler=heir).returning(AttemptRow.id)
        return list(await self._session.scalars(taken))

    async def _changed(self, statement: Any) -> bool:
        result = cast("CursorResult[Any]", await self._session.execute(statement))
        return result.rowcount == 1
