"""Whether a running campaign may go on, and may reserve one more agent. Works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.attempts import Attempts
from gateway.campaigns.models import CampaignRow
from gateway.campaigns.pace import LOOKED_AT, lead, why_stop
from gateway.campaigns.paces import Paces
from gateway.campaigns.spending import one_more
from gateway.campaigns.terms import Terms
from gateway.kernel.errors import NotFound
from trunks.repository import TrunkRepository
from trunks.routes.breaker import Breaker
from trunks.routes.circuits import Circuits

AgentExists = Callable[[AsyncSession, str], Awaitable[bool]]


async def why_pause(session: AsyncSession, campaign: CampaignRow, terms: Terms, agent_exists: AgentExists) -> str:
    """A sentence with what to do; "" for go on."""
    latest = await Attempts(session).latest_outcomes(campaign.id, LOOKED_AT, campaign.updated_at)
    if why := why_stop(latest):
        return why
    if terms.budget is not None and await one_more(session, campaign, terms) == "no":
        money = f"{campaign.spent} of {terms.budget.amount} {terms.budget.currency}"
        return f"{money} are spent, and the rest does not pay for another call; raise the budget, then resume"
    return await why_incomplete(session, terms, agent_exists)


async def why_incomplete(session: AsyncSession, terms: Terms, agent_exists: AgentExists) -> str:
    """What it needs and is not there (any more)."""
    if not await agent_exists(session, terms.agent_id):
        return "its agent is gone; give it another one, then resume"
    if terms.trunk_id is None:
        return ""
    try:
        trunk = await TrunkRepository(session).get(terms.trunk_id, "outbound")
    except NotFound:
        return "its trunk is gone; give it another one, then resume"
    if not trunk.enabled:
        return "its trunk is switched off; switch it on, then resume"
    if terms.shows and terms.shows not in trunk.numbers and not trunk.any_caller_id:
        return "the number that it shows is not the trunk's; give it another one, then resume"
    return ""


async def has_room(session: AsyncSession, campaign: CampaignRow, terms: Terms, now: datetime) -> bool:
    """Within what the campaign may have under way and pay for, what its trunk takes, and what is reserved ahead."""
    under_way = await Attempts(session).open_of(campaign.id)
    if sum(under_way.values()) >= terms.pacing.at_once or await one_more(session, campaign, terms) != "yes":
        return False
    rate = terms.pacing.calls_per_s
    if terms.trunk_id:
        trunk = await TrunkRepository(session).get(terms.trunk_id, "outbound")
        rate = min((one for one in (rate, trunk.max_calls_per_s) if one is not None), default=None)
        until = await Paces(session).limited_until(trunk.id)
        circuit = (await Circuits(session).all()).get(trunk.id, Breaker())
        lines = await Attempts(session).open_on(trunk.id, campaign.id)
        full = trunk.max_calls is not None and lines >= trunk.max_calls
        if full or (until is not None and until > now) or circuit.state(now) == "open":
            return False
    return under_way.get("claimed", 0) < lead(rate, terms.pacing.at_once)
