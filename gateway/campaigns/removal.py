"""Takes a campaign away that has dialled nobody, in turns: a million contacts at once would hold calls up."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Delete, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.screening.turns import Begin, in_turn
from gateway.auth.repository import record_act
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.models import CampaignRow, ContactRow, ImportRow, PaceRow, RefusedRow, RejectedRow
from gateway.campaigns.repository import CampaignRepository
from gateway.campaigns.states import OVER
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict

AT_ONCE = 2_000


async def remove(begin: Begin, clock: Clock, campaign_id: str, by: str) -> None:
    """Interrupted, it is asked for again. Raises NotFound and Conflict."""
    async with begin() as session:
        await _check(session, campaign_id)
    imports = select(ImportRow.id).where(ImportRow.campaign_id == campaign_id)
    for table, key, of_campaign in (
        (RejectedRow, RejectedRow.id, RejectedRow.import_id.in_(imports)),
        (RefusedRow, RefusedRow.id, RefusedRow.campaign_id == campaign_id),
        (ContactRow, ContactRow.position, ContactRow.campaign_id == campaign_id),
    ):
        some = select(key).where(of_campaign).limit(AT_ONCE)
        while await _some_gone(begin, clock, campaign_id, delete(table).where(key.in_(some))):
            continue
    async with begin() as session:
        row = await _check(session, campaign_id)
        await session.execute(delete(PaceRow).where(PaceRow.of == campaign_id))
        await session.delete(row)
        await record_act(session, by, campaign_id, "delete", clock.now())


async def _some_gone(begin: Begin, clock: Clock, campaign_id: str, statement: Delete) -> bool:
    """Whether there may be more."""
    async with in_turn(begin, clock) as session:
        await _check(session, campaign_id)  # somebody may have started it
        gone = cast("CursorResult[Any]", await session.execute(statement))
        return gone.rowcount == AT_ONCE


async def _check(session: AsyncSession, campaign_id: str) -> CampaignRow:
    row = await CampaignRepository(session).get(campaign_id, lock=True)
    if row.state != "draft" and row.state not in OVER:
        raise Conflict(
            f"the campaign is {row.state}", code="campaign.state", todo=f"POST /v1/campaigns/{row.id}/stop first"
        )
    if await Attempts(session).any_of(campaign_id):
        raise Conflict(
            "the campaign has attempts, and records of calls are kept", code="campaign.has_attempts",
            todo="leave it; retention takes the numbers out of its attempts once they are old enough",
        )  # fmt: skip
    return row
