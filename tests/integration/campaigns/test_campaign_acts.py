"""Start, pause, resume, stop, delete; and what a campaign needs cannot be deleted under it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from gateway.auth.models import AuditRow
from gateway.campaigns.models import CampaignRow, ContactRow, PaceRow, RefusedRow
from gateway.campaigns.removal import AT_ONCE
from tests.integration.campaigns.floor import Floor
from tests.integration.control_plane.plane import problem

PATH = "/v1/campaigns"


async def does(floor: Floor, campaign: str, act: str) -> httpx.Response:
    return await floor.plane.admin.post(f"{PATH}/{campaign}/{act}")


async def count(floor: Floor, table: Any) -> int:
    async with floor.plane.container.database.begin() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_campaign_goes_from_a_draft_to_its_end_and_every_act_is_on_record(floor: Floor) -> None:
    campaign = await floor.campaign(2, state="draft", pacing={"at_once": 1})
    await floor.change(campaign, started_at=None)
    states = []
    for act in ("start", "pause", "resume", "stop"):
        answer = await does(floor, campaign, act)
        assert answer.status_code == 200, answer.text
        states.append(answer.json()["state"])
    assert states == ["running", "paused", "running", "stopped"]
    shown = answer.json()
    assert shown["started_at"] and shown["ended_at"]
    async with floor.plane.container.database.begin() as session:
        query = select(AuditRow.verb).where(AuditRow.object == campaign).order_by(AuditRow.id)
        assert list(await session.scalars(query)) == ["start", "pause", "resume", "stop"]


async def test_an_act_that_is_done_already_changes_nothing_and_leaves_no_record(floor: Floor) -> None:
    campaign = await floor.campaign(state="paused")
    assert (await does(floor, campaign, "pause")).json()["state"] == "paused"
    async with floor.plane.container.database.begin() as session:
        assert await session.scalar(select(AuditRow.id).where(AuditRow.object == campaign)) is None


NOT_NOW = [
    ("running", "start"), ("paused", "start"), ("draft", "pause"), ("draft", "resume"), ("draft", "stop"),
    ("finished", "resume"), ("stopped", "start"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "act"), NOT_NOW)
async def test_what_cannot_be_done_now_is_told_with_what_can(floor: Floor, state: str, act: str) -> None:
    campaign = await floor.campaign(state=state)
    told = problem(await does(floor, campaign, act))
    assert (told["status"], told["code"]) == (409, "campaign.state") and told["todo"]
    assert (await floor.state(campaign))[0] == state


async def test_a_campaign_without_contacts_is_not_started(floor: Floor) -> None:
    told = problem(await does(floor, await floor.campaign(0, state="draft"), "start"))
    assert (told["code"], told["field"]) == ("campaign.incomplete", "contacts")
    assert "gateway contacts import" in told["todo"]


async def test_where_consent_is_needed_a_seller_is_too(floor: Floor) -> None:
    campaign = await floor.campaign(state="draft", seller="")
    told = problem(await does(floor, campaign, "start"))
    assert (told["code"], told["field"]) == ("campaign.incomplete", "seller")
    emergency = await floor.campaign(state="draft", seller="", purpose="emergency", name="flood")
    assert (await does(floor, emergency, "start")).json()["state"] == "running"


async def test_neither_start_nor_resume_without_what_it_needs(floor: Floor) -> None:
    draft, paused = await floor.campaign(state="draft"), await floor.campaign(0, state="paused", name="other")
    switched = await floor.plane.admin.patch(f"/v1/outbound-trunks/{floor.trunk_id}", json={"enabled": False})
    assert switched.status_code == 200
    for campaign, act in ((draft, "start"), (paused, "resume")):
        told = problem(await does(floor, campaign, act))
        assert told["code"] == "campaign.incomplete" and "switched off" in told["detail"] and told["todo"]


async def test_one_whose_time_is_over_is_not_resumed(floor: Floor) -> None:
    campaign = await floor.campaign(0, state="paused", ends_at=floor.clock.now().isoformat())
    floor.clock.go(1)
    told = problem(await does(floor, campaign, "resume"))
    assert (told["code"], told["field"]) == ("campaign.incomplete", "ends_at")


async def test_a_paused_campaign_dials_nobody_and_a_resumed_one_goes_on(floor: Floor) -> None:
    campaign = await floor.campaign(2, state="draft")
    await does(floor, campaign, "start")
    await does(floor, campaign, "pause")
    assert await floor.round() == 0 and floor.carrier.rang == []
    await does(floor, campaign, "resume")
    await floor.round()
    assert len(floor.carrier.rang) == 2


async def test_an_agent_and_a_trunk_stay_as_long_as_a_campaign_needs_them(floor: Floor) -> None:
    campaign, admin = await floor.campaign(state="paused"), floor.plane.admin
    paths = (f"/v1/agents/{floor.agent_id}", f"/v1/outbound-trunks/{floor.trunk_id}")
    for path in paths:
        told = problem(await admin.delete(path))
        assert told["status"] == 409 and told["code"].endswith(".in_use") and campaign in told["detail"]
    await does(floor, campaign, "stop")
    assert [(await admin.delete(path)).status_code for path in paths] == [204, 204]


async def test_a_draft_goes_with_all_that_it_has(floor: Floor) -> None:
    campaign, other = await floor.campaign(0, state="draft"), await floor.campaign(1, state="draft", name="other")
    async with floor.plane.container.database.begin() as session:
        session.add_all(floor.contact(campaign, place) for place in range(AT_ONCE + 3))
        session.add(RefusedRow(campaign_id=campaign, position=1, at=floor.clock.now(), verdict="refuse", gate={}))
        session.add(PaceRow(of=campaign, next_at=floor.clock.now(), limited=0))
    assert (await floor.plane.admin.delete(f"{PATH}/{campaign}")).status_code == 204
    assert [await count(floor, table) for table in (CampaignRow, ContactRow, RefusedRow, PaceRow)] == [1, 1, 0, 0]
    assert (await floor.plane.admin.get(f"{PATH}/{other}")).status_code == 200
    assert (await floor.plane.admin.delete(f"{PATH}/{campaign}")).status_code == 404


async def test_what_runs_and_what_has_dialled_is_not_deleted(floor: Floor) -> None:
    campaign = await floor.campaign()
    running = problem(await floor.plane.admin.delete(f"{PATH}/{campaign}"))
    assert (running["code"], running["todo"]) == ("campaign.state", f"POST {PATH}/{campaign}/stop first")
    await floor.round()
    await does(floor, campaign, "stop")
    told = problem(await floor.plane.admin.delete(f"{PATH}/{campaign}"))
    assert (told["status"], told["code"]) == (409, "campaign.has_attempts") and told["todo"]
    assert await count(floor, ContactRow) == 1
