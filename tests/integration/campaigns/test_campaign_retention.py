"""Numbers of attempts stay for five years, those of contacts for two; a hold keeps both."""

from __future__ import annotations

from typing import Any

from compliance.privacy.retention import retentions, shipped
from gateway.campaigns.retention import CampaignRetention
from tests.integration.campaigns.floor import Floor, number_of

DAY_S = 86_400


def retention(floor: Floor) -> CampaignRetention:
    container = floor.plane.container
    return CampaignRetention(container.database.begin, container.clock, retentions(shipped(), {}))


async def swept(floor: Floor) -> dict[str, int]:
    gone: dict[str, int] = await floor.plane.app.state.retention.run()
    return gone


async def over(floor: Floor, **terms: Any) -> str:
    campaign = await floor.campaign(**terms)
    await floor.round()
    await floor.round()
    await floor.change(campaign, state="finished", ended_at=floor.clock.now())
    return campaign


async def test_a_sweep_of_calls_takes_no_number_of_an_attempt_and_five_years_do(floor: Floor) -> None:
    await over(floor)
    floor.clock.go(731 * DAY_S)
    gone = await swept(floor)
    assert gone["calls"] > 0 and gone["dials"] == 0
    assert (await floor.attempt()).pii["number"] == number_of(0)
    floor.clock.go(1100 * DAY_S)
    assert (await swept(floor))["dials"] == 1
    row = await floor.attempt()
    assert row.pii == {} and row.number_hash and row.outcome == "answered" and row.dialled_at
    assert (await swept(floor))["dials"] == 0


async def test_an_attempt_that_became_no_call_goes_after_five_years_too(floor: Floor) -> None:
    floor.agents.none = True
    await over(floor)
    assert (await floor.attempt()).call_id == ""
    floor.clock.go(1825 * DAY_S)
    await retention(floor).forget_rest()
    assert (await floor.attempt()).pii["number"] == number_of(0)
    floor.clock.go(2 * DAY_S)
    assert await retention(floor).forget_rest() == 1
    assert (await floor.attempt()).pii == {}


async def test_contacts_go_two_years_after_their_campaign_unless_somebody_holds_them(floor: Floor) -> None:
    await over(floor, people=2)
    running = await floor.campaign(1, name="other", state="paused")
    about = {"person": number_of(0), "why": "file 17"}
    assert (await floor.plane.admin.post("/v1/privacy/holds", json=about)).status_code == 201
    floor.clock.go(731 * DAY_S)
    assert await retention(floor).forget_rest() == 1
    numbers = [(one.campaign_id == running, one.pii_number, bool(one.pii)) for one in await floor.contacts()]
    assert numbers == [(False, number_of(0), True), (False, "", False), (True, number_of(0), True)]
