"""Whether a campaign that is not over needs an agent or a trunk: what is needed cannot be deleted."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.repository import CampaignRepository


async def campaign_of_agent(session: AsyncSession, agent_id: str) -> str | None:
    return await CampaignRepository(session).using(agent_id=agent_id)


async def campaign_of_trunk(session: AsyncSession, trunk_id: str) -> str | None:
    return await CampaignRepository(session).using(trunk_id=trunk_id)
