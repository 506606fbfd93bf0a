"""Whether what a campaign's terms name is there: its agent, its trunk, the number it shows, a price to count by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.campaigns.readiness import AgentExists
from gateway.campaigns.terms import Terms
from gateway.kernel.errors import BadInput, NotFound
from trunks.models import TrunkRow
from trunks.repository import TrunkRepository
from trunks.routes.models import RouteRow


async def check_on_file(session: AsyncSession, terms: Terms, agent_exists: AgentExists) -> None:
    """Raises NotFound and BadInput, with the field."""
    if not await agent_exists(session, terms.agent_id):
        raise NotFound("there is no such agent", field="agent_id", todo="GET /v1/agents")
    ways = await _ways(session, terms.trunk_id)
    for way in ways:
        if terms.shows and terms.shows not in way.numbers and not way.any_caller_id:
            raise BadInput(
                f"{way.name} may not show this number", field="shows", code="campaign.shows",
                todo=f"choose one of the numbers of GET /v1/outbound-trunks/{way.id}",
            )  # fmt: skip
    if terms.budget is not None:
        _check_budget(ways, terms.budget.currency)


async def _ways(session: AsyncSession, trunk_id: str | None) -> Sequence[TrunkRow]:
    """By which calls may leave: the trunk, or those that routes lead to."""
    if trunk_id is not None:
        return [await TrunkRepository(session).get(trunk_id, "outbound", field="trunk_id")]
    named = set(await session.scalars(select(RouteRow.trunk_id).where(RouteRow.enabled)))
    return [row for row in await TrunkRepository(session).all("outbound") if row.id in named]


def _check_budget(ways: Sequence[TrunkRow], currency: str) -> None:
    for way in ways:
        if not way.price_per_minute:
            raise BadInput(
                f"{way.name} has no price per minute, so what is spent cannot be told", field="budget",
                code="campaign.budget", todo=f"PATCH /v1/outbound-trunks/{way.id} with price_per_minute",
            )  # fmt: skip
        if way.currency != currency:
            raise BadInput(
                f"{way.name} is paid in {way.currency}", field="budget.currency", code="campaign.budget",
                todo=f"give the budget in {way.currency}",
            )  # fmt: skip
