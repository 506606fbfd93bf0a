"""A rule's PIN, hidden numbers and attributes: kept, sealed, provisioned as they are, refused in words."""

from __future__ import annotations

import pytest

from tests.integration.control_plane.plane import Plane, problem
from trunks.memory_switchboard import MemorySwitchboard

PIN = "24680135"


async def test_a_pin_goes_in_sealed_and_never_comes_out_but_reaches_livekit(plane: Plane) -> None:
    trunk = await plane.trunk()
    await plane.number(trunk=trunk)
    rule = await plane.rule(trunk, await plane.agent(), pin=PIN, hide_phone_number=True, attributes={"team": "blue"})
    assert (rule["pin_set"], rule["hide_phone_number"], rule["attributes"]) == (True, True, {"team": "blue"})
    path = f"/v1/dispatch-rules/{rule['id']}"
    for answer in (await plane.admin.get(path), await plane.admin.patch(path, json={"name": "x"})):
        assert PIN not in answer.text and answer.json()["pin_set"]
    assert PIN not in str(await plane.rows("SELECT * FROM dispatch_rules"))
    await plane.provisioning.reconcile()
    assert isinstance(plane.switchboard, MemorySwitchboard)
    [kept] = await plane.switchboard.list("dispatch-rules")
    assert (kept.body["pin"], kept.body["hide_phone_number"]) == (PIN, True)
    assert kept.body["attributes"] == {"team": "blue"}
    off = await plane.admin.patch(path, json={"pin": "", "attributes": {}, "hide_phone_number": False})
    assert (off.json()["pin_set"], off.json()["attributes"]) == (False, {})


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ({"pin": "12"}, "pin"), ({"pin": "12a4"}, "pin"), ({"pin": "1" * 17}, "pin"),
        ({"attributes": {"sip.phoneNumber": "1"}}, "attributes.sip.phoneNumber"),
        ({"attributes": {"gateway.ruleID": "1"}}, "attributes.gateway.ruleID"),
        ({"attributes": {"a": "b" * 1025}}, "attributes.a"),
    ],
)  # fmt: skip
async def test_options_that_are_none_are_refused(plane: Plane, option: dict[str, object], field: str) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    body = {"name": "main", "trunk_ids": [trunk["id"]], "agent_id": agent["id"], **option}
    refused = problem(await plane.admin.post("/v1/dispatch-rules", json=body))
    assert refused["status"] == 422 and refused["field"].startswith(field)
    assert "12a4" not in str(refused)


CARD = {"name": "card", "fields": ["card_number"]}


async def test_what_a_rule_has_its_callers_key_in_is_among_the_captures_of_its_agent_and_stays_there(
    plane: Plane,
) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    body = {"name": "main", "trunk_ids": [trunk["id"]], "agent_id": agent["id"], "capture": "card"}
    refused = problem(await plane.admin.post("/v1/dispatch-rules", json=body))
    assert (refused["status"], refused["field"]) == (404, "capture")
    path = f"/v1/agents/{agent['id']}"
    assert (await plane.admin.patch(path, json={"captures": [CARD]})).status_code == 200
    rule = await plane.rule(trunk, agent, capture="card")
    assert rule["capture"] == "card"
    in_use = problem(await plane.admin.patch(path, json={"captures": []}))
    assert (in_use["status"], in_use["code"]) == (409, "agent.capture_in_use")
    assert rule["id"] in in_use["detail"]
    one = f"/v1/dispatch-rules/{rule['id']}"
    refused = problem(await plane.admin.patch(one, json={"capture": "passport"}))
    assert (refused["status"], refused["field"]) == (404, "capture")
    assert (await plane.admin.get(one)).json()["capture"] == "card"
    assert (await plane.admin.patch(one, json={"capture": ""})).json()["capture"] == ""
    assert (await plane.admin.patch(path, json={"captures": []})).status_code == 200
