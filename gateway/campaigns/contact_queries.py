"""Contacts, imports and rejected rows of one campaign, in pages. Works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.campaigns.contacts import Contacts
from gateway.campaigns.models import CampaignRow, ContactRow, ImportRow, RejectedRow
from gateway.campaigns.repository import CampaignRepository
from gateway.campaigns.terms import ContactState, Outcome
from gateway.kernel.errors import BadInput, Conflict, NotFound
from gateway.rest.pages import Cut, cursor_after

_LONGEST_POSITION = 18  # digits


class ContactQueries:
    def __init__(self, session: AsyncSession, campaign_id: str) -> None:
        self._session, self._campaign_id = session, campaign_id

    async def page(
        self, cut: Cut, *, state: ContactState | None, outcome: Outcome | None, number_hash: str | None
    ) -> tuple[list[ContactRow], str | None]:
        """In the order in which they came. Raises NotFound, BadInput."""
        await CampaignRepository(self._session).get(self._campaign_id)
        query = select(ContactRow).where(ContactRow.campaign_id == self._campaign_id)
        if state is not None:
            query = query.where(ContactRow.state == state)
        if outcome is not None:
            query = query.where(ContactRow.outcome == outcome)
        if number_hash is not None:
            query = query.where(ContactRow.number_hash == number_hash)
        return await _in_order(self._session, cut, query, ContactRow.position)

    async def after(self, position: int, limit: int) -> Sequence[ContactRow]:
        """In the order in which they came, from the one after that position on."""
        query = select(ContactRow).where(ContactRow.campaign_id == self._campaign_id, ContactRow.position > position)
        return (await self._session.scalars(query.order_by(ContactRow.position).limit(limit))).all()

    async def remove(self, position: int) -> None:
        """Raises NotFound, and Conflict while it is being dialled."""
        await CampaignRepository(self._session).get(self._campaign_id, lock=True)
        row = await Contacts(self._session).get(self._campaign_id, position)
        closed = delete(ContactRow).where(ContactRow.position == row.position, ContactRow.state != "open")
        gone = cast(CursorResult[Any], await self._session.execute(closed))
        if not gone.rowcount:
            raise Conflict("an attempt is under way", code="contact.open", todo="remove it when the attempt is over")
        counted = update(CampaignRow).where(CampaignRow.id == self._campaign_id)
        await self._session.execute(counted.values(contacts=CampaignRow.contacts - 1))

    async def imports(self, cut: Cut) -> tuple[list[ImportRow], str | None]:
        """The newest first. Raises NotFound."""
        await CampaignRepository(self._session).get(self._campaign_id)
        query = select(ImportRow).where(ImportRow.campaign_id == self._campaign_id)
        return await cut.rows(self._session, query, ImportRow.id)

    async def get_import(self, import_id: str) -> ImportRow:
        """Raises NotFound."""
        row = await self._session.get(ImportRow, import_id)
        if row is None or row.campaign_id != self._campaign_id:
            raise NotFound("there is no such import", todo=f"GET /v1/campaigns/{self._campaign_id}/imports")
        return row

    async def rejected(self, import_id: str, cut: Cut) -> tuple[list[RejectedRow], str | None]:
        """In the order of the file. Raises NotFound, BadInput."""
        await self.get_import(import_id)
        query = select(RejectedRow).where(RejectedRow.import_id == import_id)
        return await _in_order(self._session, cut, query, RejectedRow.id)


async def _in_order(
    session: AsyncSession, cut: Cut, query: Select[Any], key: InstrumentedAttribute[int]
) -> tuple[list[Any], str | None]:
    """A page from old to new, and the next cursor. Raises BadInput for a cursor that is not ours."""
    if cut.before is not None:
        if not cut.before.isdecimal() or len(cut.before) > _LONGEST_POSITION:
            raise BadInput("cursor is not one of ours", field="cursor", todo="use next_cursor of the page before")
        query = query.where(key > int(cut.before))
    found = list(await session.scalars(query.order_by(key).limit(cut.limit + 1)))
    rows = found[: cut.limit]
    return rows, cursor_after(str(getattr(rows[-1], key.key))) if len(found) > cut.limit else None
