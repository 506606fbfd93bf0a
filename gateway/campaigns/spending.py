"""What a campaign has spent, and what its calls under way may still cost, in the currency of its trunk."""

from __future__ import annotations

import math
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import AttemptRow, CampaignRow
from gateway.campaigns.terms import Terms
from trunks.models import TrunkRow


async def committed(session: AsyncSession, campaign_id: str, terms: Terms) -> Decimal:
    """An open call counts with the longest that it may last: so what is let out can never cost more than the budget."""
    query = select(AttemptRow.trunk_id).where(AttemptRow.campaign_id == campaign_id, AttemptRow.state != "ended")
    minutes = math.ceil(terms.max_duration_s / 60)
    campaign = await session.get_one(CampaignRow, campaign_id)
    total = Decimal(campaign.spent)
    for trunk_id in await session.scalars(query):
        trunk = await session.get(TrunkRow, trunk_id or terms.trunk_id or "")
        if trunk is not None and trunk.price_per_minute:
            total += Decimal(trunk.price_per_minute) * minutes
    return total
