"""`/v1/gate/explain` on what the database knows: trunk, caps, holidays; and questions that make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.control_plane.plane import problem
from tests.integration.do_not_call.conftest import EXPLAIN, NOON, OHIO, Desk


async def test_the_answer_has_every_check_and_names_no_number(desk: Desk) -> None:
    answer = await desk.asks(EXPLAIN, number=OHIO, at=NOON)
    told = answer.json()
    assert OHIO not in answer.text and len(told["checks"]) == 11
    assert {one["rule"] for one in told["reasons"]} >= {"us-consent-marketing", "us-wa-ban", "us-al-hours"}
    assert told["evidence"] == ["area_code", "whole_country"] and "US-OH" in told["places"]
    assert all(one["source"] and one["version"] >= 1 for one in told["reasons"])


async def test_an_address_on_record_narrows_where_somebody_may_be(desk: Desk) -> None:
    found = await desk.says(line="unknown", places=["US-OH"])
    assert (found["verdict"], found["places"]) == ("allow", ["US-OH"])
    assert (await desk.verdict(line="unknown", places=["US-WA"]))[1] == ["us-wa-ban"]


async def test_countries_and_caps_are_those_of_the_trunk(desk: Desk) -> None:
    (trunk,) = (await desk.plane.admin.get("/v1/outbound-trunks")).json()["data"]
    assert await desk.verdict(trunk_id=trunk["id"]) == ("allow", [])
    _, rules = await desk.verdict("+442071838750", trunk_id=trunk["id"])
    assert "country-list" in rules
    changed = {"allowed_countries": ["GB"], "max_duration_s": 60}
    await desk.plane.admin.patch(f"/v1/outbound-trunks/{trunk['id']}", json=changed)
    assert await desk.verdict(trunk_id=trunk["id"], duration_s=61) == ("refuse", ["country-list", "own-caps"])
    await desk.plane.admin.patch(f"/v1/outbound-trunks/{trunk['id']}", json={"enabled": False})
    assert await desk.verdict() == ("refuse", ["country-list"])


@pytest.mark.parametrize("number", ["+881612345678", "+19005550100", "+18765550100", "+88213123456789"])
async def test_dear_and_distant_numbers_are_refused_though_nothing_else_stands_against_them(
    desk: Desk, number: str
) -> None:
    verdict, rules = await desk.verdict(number, purpose="emergency")
    assert verdict == "refuse" and set(rules) & {"number-class", "country-list"}


async def test_holidays_are_those_that_the_operator_has_said(desk: Desk) -> None:
    alabama, thanksgiving = "+12055550100", "2026-11-26T18:00:00Z"
    question = {"purpose": "informational", "voice": "human", "at": thanksgiving}
    unknown = await desk.says(alabama, **question)
    assert unknown["verdict"] == "refuse" and unknown["reasons"][0]["places"] == ["US-AL"]
    for _ in range(2):
        put = await desk.plane.admin.put("/v1/dial-holidays/US-AL/2026", json={"days": ["2026-11-26", "2026-12-25"]})
        assert put.status_code == 200, put.text
    assert (await desk.plane.admin.get("/v1/dial-holidays")).json() == {"data": [put.json()]}
    found = await desk.says(alabama, **question)
    assert (found["verdict"], found["next_at"]) == ("not_now", "2026-11-27T14:00:00Z")
    assert (await desk.says(alabama, **question | {"at": "2027-11-24T18:00:00Z"}))["verdict"] == "refuse"
    wrong = await desk.plane.admin.put("/v1/dial-holidays/US-AL/2026", json={"days": ["2027-11-26"]})
    assert (wrong.status_code, problem(wrong)["field"]) == (422, "days")


async def test_window_attempts_and_limits_are_weighed_as_they_are_told(desk: Desk) -> None:
    at = desk.noon
    window = {"weekdays": "14:00-17:00", "saturday": "closed", "zone": "America/New_York"}
    found = await desk.says(window=window)
    assert (found["verdict"], found["next_at"][11:16]) == ("not_now", "19:00")
    dialled = [at.replace(hour=hour).isoformat() for hour in (14, 15)]
    assert (await desk.verdict(attempts=dialled, limits={"per_day": 2}))[0] == "not_now"
    assert (await desk.verdict(in_campaign=3, limits={"in_campaign": 3}))[0] == "refuse"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "555"}, {"number": "+1 614 555 0100", "at": "2026-11-18T17:00:00"}, {"at": "9999-12-01T00:00:00Z"},
        {"purpose": "survey"}, {"places": ["Ohio"]}, {"window": {"zone": "Mars/Olympus"}},
        {"window": {"weekdays": "17:00-09:00"}}, {"window": {"weekdays": "09:00-25:00"}}, {"line": "tin can"},
        {"limits": {"per_day": 0}}, {"attempts": ["yesterday"]}, {"duration_s": 0}, {"nonsense": 1},
    ],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused_in_words(desk: Desk, wrong: dict[str, Any]) -> None:
    answer = await desk.asks(EXPLAIN, **{"number": OHIO, **wrong})
    assert answer.status_code == 422 and problem(answer)["detail"]


@pytest.mark.parametrize("at", ["2000-01-01T00:00:00Z", "2100-12-31T23:59:59Z", "2026-03-08T07:00:00Z"])
async def test_any_instant_may_be_asked_about(desk: Desk, at: str) -> None:
    for purpose in ("marketing", "informational", "emergency"):
        assert (await desk.asks(EXPLAIN, number=OHIO, at=at, purpose=purpose)).status_code == 200


async def test_a_trunk_that_is_none_is_not_found(desk: Desk) -> None:
    answer = await desk.asks(EXPLAIN, number=OHIO, trunk_id="trk_01kaaaaaaaaaaaaaaaaaaaaaaa")
    assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")
