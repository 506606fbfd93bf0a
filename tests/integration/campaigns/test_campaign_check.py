"""The dry run: of every contact whether, when and why not; nobody is dialled and nothing is kept."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx

from gateway.auth.scopes import Role
from gateway.campaigns.check import AT_ONCE
from tests.integration.campaigns.floor import Floor, number_of
from tests.integration.control_plane.plane import Json, problem
from tests.integration.do_not_call.conftest import REVOCATIONS

PATH = "/v1/campaigns"


async def asked(floor: Floor, campaign: str, **query: object) -> httpx.Response:
    return await floor.plane.admin.get(f"{PATH}/{campaign}/check", params={**query})  # pyright: ignore[reportArgumentType]


async def checked(floor: Floor, campaign: str, **query: object) -> tuple[list[Json], Json]:
    answer = await asked(floor, campaign, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    *contacts, last = [json.loads(line) for line in answer.text.splitlines()]
    return contacts, last["summary"]


async def test_every_contact_gets_its_verdict_and_nothing_is_kept_of_it(floor: Floor) -> None:
    people = AT_ONCE * 2 + 1
    campaign = await floor.campaign(people, state="draft")
    assert (await floor.desk.asks(REVOCATIONS, number=number_of(2))).status_code == 201
    contacts, summary = await checked(floor, campaign)
    assert [one["ref"] for one in contacts] == [f"row-{place}" for place in range(people)]
    assert [one["ref"] for one in contacts if one["verdict"] != "allow"] == ["row-2"]
    assert contacts[2]["verdict"] == "refuse" and "taken back" in contacts[2]["reasons"][0]
    assert summary["verdicts"] == {"allow": people - 1, "refuse": 1} and summary["contacts"] == people
    assert (summary["against"], summary["to_do"], summary["broken"]) == ({"revocation": 1}, [], "")
    assert {(one.state, one.outcome) for one in await floor.contacts()} == {("waiting", "")}
    assert await floor.plane.rows("SELECT * FROM campaign_refusals") == await floor.attempts() == []
    assert number_of(0) not in (await asked(floor, campaign)).text


async def test_out_of_hours_it_says_when(floor: Floor) -> None:
    campaign = await floor.campaign(state="draft", window={"weekdays": "08:00-11:30", "zone": "America/New_York"})
    contacts, summary = await checked(floor, campaign)
    assert contacts[0]["verdict"] == "not_now" and contacts[0]["next_at"][11:16] == "13:00"
    assert (summary["never"], summary["first_at"]) == (0, contacts[0]["next_at"])
    again, _ = await checked(floor, campaign, at=contacts[0]["next_at"])
    assert (again[0]["verdict"], again[0]["next_at"]) == ("allow", None)


async def test_who_would_be_due_only_after_its_end_is_never_called(floor: Floor) -> None:
    end = floor.clock.now() + timedelta(hours=2)
    campaign = await floor.campaign(state="draft", window={"weekdays": "08:00-11:30"}, ends_at=end.isoformat())
    contacts, summary = await checked(floor, campaign)
    assert (contacts[0]["verdict"], contacts[0]["next_at"], summary["never"]) == ("not_now", None, 1)
    assert "the campaign ends at" in contacts[0]["reasons"][-1]


async def test_a_contact_that_is_not_due_is_not_dialled_before(floor: Floor) -> None:
    campaign = await floor.campaign(0, state="draft")
    later = floor.contact(campaign, 0)
    later.next_at = floor.clock.now() + timedelta(minutes=30)
    await floor.consents(0)
    async with floor.plane.container.database.begin() as session:
        session.add(later)
    contacts, summary = await checked(floor, campaign)
    assert contacts[0]["verdict"] == "not_now" and contacts[0]["next_at"][:16] == later.next_at.isoformat()[:16]
    assert summary["against"] == {"not_due": 1}


async def test_what_stands_against_its_start_is_told(floor: Floor) -> None:
    campaign = await floor.campaign(0, state="draft", seller="")
    contacts, summary = await checked(floor, campaign)
    assert contacts == [] and len(summary["to_do"]) == 2
    assert "seller" in summary["to_do"][0] and "nobody to call" in summary["to_do"][1]


async def test_only_so_many_and_only_those_who_wait(floor: Floor) -> None:
    campaign = await floor.campaign(3)
    assert [one["ref"] for one in (await checked(floor, campaign, most=2))[0]] == ["row-0", "row-1"]
    await floor.round()
    assert (await checked(floor, campaign))[0] == []


async def test_without_its_trunk_there_is_nothing_to_ask(floor: Floor) -> None:
    campaign = await floor.campaign(state="stopped")
    assert (await floor.plane.admin.delete(f"/v1/outbound-trunks/{floor.trunk_id}")).status_code == 204
    told = problem(await asked(floor, campaign))
    assert (told["status"], told["field"]) == (404, "trunk_id")


async def test_a_viewer_may_check(floor: Floor) -> None:
    campaign = await floor.campaign(state="draft")
    answer = await floor.plane.clients[Role.VIEWER].get(f"{PATH}/{campaign}/check")
    assert answer.status_code == 200
