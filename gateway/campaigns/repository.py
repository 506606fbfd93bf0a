"""Queries of campaigns. Works inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import CampaignRow
from gateway.campaigns.states import OVER, Act, after
from gateway.campaigns.terms import State, Terms
from gateway.kernel.errors import NotFound


class CampaignRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, campaign_id: str, *, lock: bool = False) -> CampaignRow:
        """Raises NotFound."""
        row = await self._session.get(CampaignRow, campaign_id, with_for_update=lock, populate_existing=lock)
        if row is None:
            raise NotFound("there is no such campaign", todo="GET /v1/campaigns")
        return row

    async def running(self) -> list[CampaignRow]:
        query = select(CampaignRow).where(CampaignRow.state == "running").order_by(CampaignRow.id)
        return list(await self._session.scalars(query))

    async def act(self, campaign_id: str, act: Act, now: datetime, why: str = "") -> CampaignRow:
        """Raises NotFound and Conflict."""
        row = await self.get(campaign_id, lock=True)
        set_state(row, after(_state(row), act), now, why)
        return row

    async def using(self, *, agent_id: str = "", trunk_id: str = "") -> str | None:
        """A campaign that is not over and needs this agent or trunk."""
        rows = await self._session.scalars(select(CampaignRow).where(CampaignRow.state.not_in(OVER)))
        for row in rows:
            terms = terms_of(row)
            if (agent_id and terms.agent_id == agent_id) or (trunk_id and terms.trunk_id == trunk_id):
                return row.id
        return None


def terms_of(row: CampaignRow) -> Terms:
    return Terms.model_validate(row.terms)


def _state(row: CampaignRow) -> State:
    state: State = row.state  # pyright: ignore[reportAssignmentType] - written by `set_state` only
    return state


def set_state(row: CampaignRow, state: State, now: datetime, why: str = "") -> None:
    if row.state == state:
        return
    row.state, row.why, row.updated_at = state, why, now
    if state == "running" and row.started_at is None:
        row.started_at = now
    if state in OVER:
        row.ended_at = now
