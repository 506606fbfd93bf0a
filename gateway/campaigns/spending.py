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
    may_cost = await under_way(session, campaign.id, terms)
    total = Decimal(campaign.spent) + sum(may_cost) + await _longest(session, terms.trunk_id or "", terms)
    if total <= terms.budget.amount:
        return "yes"
    return "not_yet" if may_cost else "no"


async def under_way(session: AsyncSession, campaign_id: str, terms: Terms) -> list[Decimal]:
    """What each open attempt may cost at most."""
    query = select(AttemptRow.trunk_id).where(AttemptRow.campaign_id == campaign_id, AttemptRow.state != "ended")
    trunks = (await session.scalars(query)).all()
    return [await _longest(session, trunk_id or terms.trunk_id or "", terms) for trunk_id in trunks]


async def committed(session: AsyncSession, campaign: CampaignRow, terms: Terms) -> Decimal:
    """Spent, or to be spent by calls under way."""
    return Decimal(campaign.spent) + sum(await under_way(session, campaign.id, terms))


async def _longest(session: AsyncSession, trunk_id: str, terms: Terms) -> Decimal:
    trunk = await session.get(TrunkRow, trunk_id)
    price = trunk.price_per_minute if trunk is not None else None
    return Decimal(price or 0) * math.ceil(terms.max_duration_s / 60)
