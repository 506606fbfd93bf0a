"""Contacts of campaigns, and who is next. Works inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import ContactRow
from gateway.kernel.errors import NotFound


class Contacts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, campaign_id: str, position: int) -> ContactRow:
        """Raises NotFound."""
        row = await self._session.get(ContactRow, position)
        if row is None or row.campaign_id != campaign_id:
            raise NotFound("there is no such contact", todo=f"GET /v1/campaigns/{campaign_id}/contacts")
        return row

    async def take_next(self, campaign_id: str, now: datetime) -> ContactRow | None:
        """The one that has waited longest; it is `open` then, and nobody else gets it. None when nobody is due."""
        due = (ContactRow.campaign_id == campaign_id, ContactRow.state == "waiting", ContactRow.next_at <= now)
        first = (
            select(ContactRow.position)
            .where(*due)
            .order_by(ContactRow.next_at, ContactRow.position)
            .limit(1)
            .with_for_update(skip_locked=True)  # PostgreSQL; SQLite writes one at a time
            .scalar_subquery()
        )
        taken = (
            update(ContactRow)
            .where(ContactRow.position == first)
            .values(state="open")
            .returning(ContactRow)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        return await self._session.scalar(taken)

    async def counts(self, campaign_id: str) -> dict[str, int]:
        """By state."""
        query = (
            select(ContactRow.state, func.count())
            .where(ContactRow.campaign_id == campaign_id)
            .group_by(ContactRow.state)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def any_left(self, campaign_id: str) -> bool:
        """Whether somebody waits, or is being dialled."""
        query = select(ContactRow.position).where(
            ContactRow.campaign_id == campaign_id, ContactRow.state.in_(("waiting", "open"))
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def next_at(self, campaign_id: str) -> datetime | None:
        """When the next one is due."""
        query = select(func.min(ContactRow.next_at)).where(
            ContactRow.campaign_id == campaign_id, ContactRow.state == "waiting"
        )
        return await self._session.scalar(query)
