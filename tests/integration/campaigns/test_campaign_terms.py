"""Campaigns over REST: what may be asked for, what is refused in words, what may change when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.auth.scopes import Role
from tests.integration.campaigns.floor import Floor
from tests.integration.control_plane.plane import Json, problem

PATH = "/v1/campaigns"


def body(floor: Floor, **fields: Any) -> Json:
    return {"name": "spring", "agent_id": floor.agent_id, "trunk_id": floor.trunk_id, "seller": "Acme", **fields}


async def made(floor: Floor, **fields: Any) -> Json:
    return await floor.plane.made(PATH, **body(floor, **fields))


async def changed(floor: Floor, campaign: Json, **fields: Any) -> httpx.Response:
    return await floor.plane.admin.patch(f"{PATH}/{campaign['id']}", json=fields)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    found = problem(answer)
    assert found["todo"]
    return found["status"], found.get("field")


async def test_a_draft_says_what_holds_where_nothing_was_asked_for(floor: Floor) -> None:
    campaign = await made(floor)
    assert (campaign["state"], campaign["why"], campaign["contacts"], campaign["spent"]) == ("draft", "", 0, "0")
    assert (campaign["purpose"], campaign["ai_voice"], campaign["shows"]) == ("marketing", True, None)
    assert campaign["limits"] == {"per_day": 1, "per_week": None, "in_campaign": 5}
    assert campaign["retries"]["busy"] == {"after_s": 900, "most": 3} and "answered" not in campaign["retries"]
    assert campaign["pacing"] == {"calls_per_s": None, "at_once": 1}
    assert (campaign["started_at"], campaign["ended_at"]) == (None, None)


async def test_what_is_asked_for_comes_back_as_it_was_asked_for(floor: Floor) -> None:
    until = (floor.clock.now() + timedelta(days=30)).isoformat()
    window = {
        "zone": "America/New_York", "weekdays": "09:00-17:00", "saturday": "closed", "sunday": None,
        "days_off": ["2026-12-24"],
    }  # fmt: skip
    asked = body(
        floor, window=window, shows="+1 614 555 0198", purpose="informational", ends_at=until,
        opening="your appointment",
        retries={"busy": {"after_s": 60, "most": 1}}, pacing={"calls_per_s": 0.5, "at_once": 7},
        voicemail={"policy": "leave_message", "message": "Please call us back."}, ring_s=20, max_duration_s=120,
        budget={"amount": "12.50", "currency": "USD"},
    )  # fmt: skip
    campaign = await floor.plane.made(PATH, **asked)
    again = (await floor.plane.admin.get(f"{PATH}/{campaign['id']}")).json()
    assert again == campaign
    kept = {name: campaign[name] for name in asked if name not in ("shows", "ends_at")}
    assert kept == {name: asked[name] for name in kept}
    assert campaign["shows"] == "+16145550198"


FAULTS: list[tuple[Json, str]] = [
    ({"window": {"weekdays": "closed", "saturday": "closed", "sunday": "closed"}}, "window"),
    ({"window": {"weekdays": "20:00-09:00"}}, "window.weekdays"),
    ({"window": {"zone": "Mars/Olympus"}}, "window.zone"),
    ({"ends_at": "2026-01-01T00:00:00Z"}, "ends_at"),
    ({"starts_at": "2027-03-02T00:00:00Z", "ends_at": "2027-03-01T00:00:00Z"}, "ends_at"),
    ({"ring_s": 4}, "ring_s"),
    ({"ring_s": 121}, "ring_s"),
    ({"max_duration_s": 5}, "max_duration_s"),
    ({"pacing": {"at_once": 0}}, "pacing.at_once"),
    ({"pacing": {"at_once": 1001}}, "pacing.at_once"),
    ({"pacing": {"calls_per_s": 0}}, "pacing.calls_per_s"),
    ({"pacing": {"calls_per_s": 101}}, "pacing.calls_per_s"),
    ({"retries": {"annoyed": {"after_s": 60, "most": 1}}}, "retries.annoyed.[key]"),
    ({"retries": {"busy": {"after_s": 1, "most": 1}}}, "retries.busy.after_s"),
    ({"retries": {"refused": {"after_s": 60, "most": 1}}}, "retries.refused"),
    ({"shows": "+16145550111"}, "shows"),
    ({"voicemail": {"policy": "leave_message"}}, "voicemail.message"),
    ({"voicemail": {"policy": "leave_message", "message": "x"}, "detects_machine": False}, "detects_machine"),
    ({"budget": {"amount": "0", "currency": "USD"}}, "budget.amount"),
    ({"budget": {"amount": "5", "currency": "EUR"}}, "budget.currency"),
    ({"purpose": "nagging"}, "purpose"),
    ({"limits": {"per_day": 0}}, "limits.per_day"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("fields", "field"), FAULTS, ids=[f"{n}-{field}" for n, (_, field) in enumerate(FAULTS)])
async def test_what_makes_no_sense_is_refused_with_its_field(floor: Floor, fields: Json, field: str) -> None:
    answer = await floor.plane.admin.post(PATH, json=body(floor, **fields))
    assert told(answer) == (422, field)
    assert (await floor.plane.admin.get(PATH)).json()["data"] == []


async def test_a_window_that_opens_only_when_the_campaign_is_over_is_refused(floor: Floor) -> None:
    """It is noon of a working day in Ohio: half past eleven comes again tomorrow."""
    soon, window = floor.clock.now() + timedelta(hours=6), {"zone": "America/New_York", "weekdays": "11:00-11:30"}
    answer = await floor.plane.admin.post(PATH, json=body(floor, window=window, ends_at=soon.isoformat()))
    assert told(answer) == (422, "window")
    later = (soon + timedelta(days=1)).isoformat()
    assert (await made(floor, window=window, ends_at=later))["state"] == "draft"


async def test_an_agent_and_a_trunk_have_to_be_there(floor: Floor) -> None:
    for field, prefix in (("agent_id", "agt"), ("trunk_id", "trk")):
        answer = await floor.plane.admin.post(PATH, json=body(floor, **{field: f"{prefix}_{'0' * 26}"}))
        assert told(answer) == (404, field)


async def test_a_budget_needs_a_price_to_count_by(floor: Floor) -> None:
    await floor.plane.admin.patch(f"/v1/outbound-trunks/{floor.trunk_id}", json={"price_per_minute": None})
    answer = await floor.plane.admin.post(PATH, json=body(floor, budget={"amount": "5"}))
    assert told(answer) == (422, "budget")


async def test_the_same_create_twice_makes_one(floor: Floor) -> None:
    answers = [
        await floor.plane.admin.post(PATH, json=body(floor), headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_a_draft_may_change_in_everything_and_a_part_is_replaced_as_a_whole(floor: Floor) -> None:
    campaign = await made(floor, limits={"per_day": 2, "per_week": 3, "in_campaign": 4})
    answer = await changed(floor, campaign, name="summer", limits={"per_week": 9}, seller="Else")
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["name"], after["seller"]) == ("summer", "Else")
    assert after["limits"] == {"per_day": 1, "per_week": 9, "in_campaign": 5}
    assert after["agent_id"] == campaign["agent_id"]


async def test_while_it_runs_only_pace_money_and_end_may_change(floor: Floor) -> None:
    campaign = {"id": await floor.campaign()}
    end = (floor.clock.now() + timedelta(days=1)).isoformat()
    fine = await changed(floor, campaign, pacing={"at_once": 3}, budget={"amount": "9"}, ends_at=end)
    assert fine.status_code == 200, fine.text
    assert fine.json()["pacing"]["at_once"] == 3
    answer = await changed(floor, campaign, ring_s=10, pacing={"at_once": 4})
    assert told(answer) == (409, "ring_s")
    assert (await floor.plane.admin.get(f"{PATH}/{campaign['id']}")).json()["pacing"]["at_once"] == 3


async def test_one_that_is_over_does_not_change(floor: Floor) -> None:
    campaign = {"id": await floor.campaign(state="finished")}
    assert told(await changed(floor, campaign, name="again")) == (409, None)


async def test_the_seller_that_people_were_called_for_stays(floor: Floor) -> None:
    campaign = {"id": await floor.campaign()}
    await floor.round()
    await floor.change(campaign["id"], state="paused")
    assert told(await changed(floor, campaign, seller="Somebody else")) == (409, "seller")
    assert (await changed(floor, campaign, ring_s=10)).status_code == 200


async def test_null_is_for_what_may_be_nothing(floor: Floor) -> None:
    campaign = await made(floor, budget={"amount": "5"})
    assert (await changed(floor, campaign, budget=None)).json()["budget"] is None
    assert told(await changed(floor, campaign, pacing=None)) == (422, "pacing")


async def test_campaigns_are_listed_by_state(floor: Floor) -> None:
    first, second = await made(floor), await made(floor, name="other")
    await floor.change(first["id"], state="paused")
    paused = (await floor.plane.admin.get(PATH, params={"state": "paused"})).json()["data"]
    assert [one["id"] for one in paused] == [first["id"]]
    everything = (await floor.plane.admin.get(PATH)).json()["data"]
    assert [one["id"] for one in everything] == [second["id"], first["id"]]


async def test_who_may_only_look_can_neither_make_one_nor_start_it(floor: Floor) -> None:
    campaign = await made(floor)
    viewer, operator = floor.plane.clients[Role.VIEWER], floor.plane.clients[Role.OPERATOR]
    assert (await viewer.get(f"{PATH}/{campaign['id']}")).status_code == 200
    assert (await viewer.post(PATH, json=body(floor))).status_code == 403
    assert (await operator.post(PATH, json=body(floor))).status_code == 403
    assert (await viewer.post(f"{PATH}/{campaign['id']}/start")).status_code == 403
    assert (await operator.post(f"{PATH}/{campaign['id']}/start")).status_code == 409, "nobody to call, but it may"
