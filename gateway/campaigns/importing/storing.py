"""Contacts to the database, some at a time: each is there with its import's count, or neither is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.importing.insertion import ContactInsertion
from gateway.campaigns.importing.parsing import Found
from gateway.campaigns.importing.row import Fault
from gateway.campaigns.models import CampaignRow, ContactRow, ImportRow, RejectedRow
from gateway.campaigns.repository import CampaignRepository
from gateway.campaigns.states import OVER
from gateway.kernel.errors import Conflict

MOST_CONTACTS = 1_000_000
_REJECTED = cast(Table, RejectedRow.__table__)


async def locked_campaign(session: AsyncSession, campaign_id: str) -> CampaignRow:
    """One that contacts may be added to, by nobody else before this transaction ends. Raises NotFound, Conflict."""
    row = await CampaignRepository(session).get(campaign_id, lock=True)
    if row.state in OVER:
        raise Conflict(
            f"the campaign is {row.state}: nobody is called any more", code="campaign.state",
            todo="make a new campaign, and send the contacts to it",
        )  # fmt: skip
    return row


async def add_contacts(
    session: AsyncSession, campaign: CampaignRow, contacts: Sequence[Found], import_id: str, now: datetime
) -> int:
    """How many are new. `campaign`: locked; `import_id`: "" for what came by the API. Raises Conflict when they would
    be too many."""
    if not contacts:
        return 0
    added = await ContactInsertion(session).add(campaign.id, import_id, contacts, now)
    counted = update(CampaignRow).where(CampaignRow.id == campaign.id).values(contacts=CampaignRow.contacts + added)
    await session.execute(counted.execution_options(synchronize_session=False))
    if campaign.contacts + added > MOST_CONTACTS:
        raise Conflict(
            f"a campaign has {MOST_CONTACTS} contacts at most", code="campaign.too_many_contacts",
            todo="send the rest to another campaign",
        )  # fmt: skip
    return added


async def store(
    session: AsyncSession, import_id: str, campaign_id: str, read: Sequence[Found | Fault], encoding: str, now: datetime
) -> None:
    """A part of a file, and how far its import is. Raises NotFound, Conflict."""
    campaign = await locked_campaign(session, campaign_id)
    contacts = [one for one in read if isinstance(one, Found)]
    faults = [one for one in read if isinstance(one, Fault)]
    added = await add_contacts(session, campaign, contacts, import_id, now)
    if faults:
        rows = [{"import_id": import_id, "line": one.line, "field": one.field, "reason": one.reason} for one in faults]
        await session.execute(insert(_REJECTED), rows)
    counted = update(ImportRow).where(ImportRow.id == import_id).values(
        rows=ImportRow.rows + len(read), added=ImportRow.added + added,
        repeated=ImportRow.repeated + len(contacts) - added, rejected=ImportRow.rejected + len(faults),
        encoding=encoding,
    )  # fmt: skip
    await session.execute(counted.execution_options(synchronize_session=False))


async def positions(session: AsyncSession, campaign_id: str, hashes: Sequence[str]) -> Mapping[str, int]:
    """By hash, of those that the campaign has."""
    query = select(ContactRow.number_hash, ContactRow.position).where(
        ContactRow.campaign_id == campaign_id, ContactRow.number_hash.in_(hashes)
    )
    return {row.number_hash: row.position for row in await session.execute(query)}
