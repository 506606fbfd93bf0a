"""What a campaign needs, undoing a plan leaves in its place, and says so."""

from __future__ import annotations

from agents.models import AgentRow
from gateway.campaigns.models import CampaignRow
from gateway.campaigns.terms import Terms
from gateway.kernel.ids import new_id
from tests.integration.apply.desk import Desk
from tests.integration.apply.test_from_nothing import document
from trunks.models import TrunkRow


async def needing(desk: Desk, state: str) -> str:
    """A campaign by the plan's agent and its outbound trunk."""
    (agent,) = await desk.rows(AgentRow)
    trunk = next(row for row in await desk.rows(TrunkRow) if row.direction == "outbound")
    campaign_id, terms = new_id("cmp"), Terms(agent_id=agent.id, trunk_id=trunk.id).model_dump(mode="json")
    async with desk.database.begin() as session:
        session.add(
            CampaignRow(
                id=campaign_id, name="spring", state=state, why="", terms=terms, contacts=0,
                created_at=agent.created_at, updated_at=agent.created_at,
            )
        )  # fmt: skip
    return campaign_id


async def test_an_agent_and_a_trunk_that_a_campaign_needs_are_kept(desk: Desk) -> None:
    applied = await desk.apply(document("twilio"))
    campaign = await needing(desk, "paused")
    await desk.plans.start_undo(applied.id)
    undone = await desk.shown(applied.id)
    kept = {step.act for step in undone.steps if step.state == "kept" and campaign in str(step.model_dump())}
    assert "agent.create" in kept and kept & {"trunk.create", "trunk.outbound"}, undone.steps
    assert len(await desk.rows(AgentRow)) == 1
    assert [row.direction for row in await desk.rows(TrunkRow) if row.direction == "outbound"] == ["outbound"]


async def test_one_that_is_over_keeps_nothing(desk: Desk) -> None:
    applied = await desk.apply(document("twilio"))
    await needing(desk, "stopped")
    await desk.plans.start_undo(applied.id)
    assert await desk.rows(AgentRow) == await desk.rows(TrunkRow) == []
