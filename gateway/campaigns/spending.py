"""Whether a campaign's money pays for one more call, in the currency of its trunk."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.models import AttemptRow, CampaignRow
from gateway.campaigns.terms import Terms
from trunks.models import TrunkRow

# not_yet: calls under way may come cheaper than they could
Paid = Literal["yes", "not_yet", "no"]


async def one_more(session: AsyncSession, campaign: CampaignRow, terms: Terms) -> Paid:
    """Every call counts with the longest that it may last: what is let out can never cost more than the budget."""
    if terms.budget is None:
        return "yes"
    open_attempts = (AttemptRow.campaign_id == campaign.id, AttemptRow.state != "ended")
    trunks = [
        one or terms.trunk_id or "" for one in await session.scalars(select(AttemptRow.trunk_id).where(*open_attempts))
    ]
    longest = [await _longest(session, trunk_id, terms) for trunk_id in (*trunks, terms.trunk_id or "")]
    if Decimal(campaign.spent) + sum(longest) <= terms.budget.amount:
        return "yes"
    return "not_yet" if trunks else "no"


async def _longest(session: AsyncSession, trunk_id: str, terms: Terms) -> Decimal:
    trunk = await session.get(TrunkRow, trunk_id)
    price = trunk.price_per_minute if trunk is not None else None
    return Decimal(price or 0) * math.ceil(terms.max_duration_s / 60)
