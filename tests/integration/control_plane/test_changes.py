"""PATCH in detail: null where it means something, lists that are emptied, and what LiveKit is told of it."""

from __future__ import annotations

import pytest

from tests.integration.control_plane.plane import Json, Plane, problem

SOME = "+15105550100"


async def changed(plane: Plane, path: str, **fields: object) -> Json:
    answer = await plane.admin.patch(path, json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_number_moves_between_trunks_and_off_them(plane: Plane) -> None:
    first, second = await plane.trunk("first"), await plane.trunk("second")
    path = f"/v1/numbers/{(await plane.number(SOME, first))['id']}"
    assert (await changed(plane, path, inbound_trunk_id=second["id"]))["inbound_trunk_id"] == second["id"]
    assert (await changed(plane, path, name="front desk"))["inbound_trunk_id"] == second["id"]
    assert (await changed(plane, path, inbound_trunk_id=None))["inbound_trunk_id"] is None
    assert problem(await plane.admin.patch(path, json={"number": "+15105550111"}))["field"] == "number"


async def test_a_limit_is_lifted_by_null(plane: Plane) -> None:
    trunk, agent = await plane.trunk(max_calls=2), await plane.agent()
    rule = await plane.rule(trunk, agent, max_duration_s=600)
    assert (await changed(plane, f"/v1/inbound-trunks/{trunk['id']}", max_calls=None))["max_calls"] is None
    assert (await changed(plane, f"/v1/dispatch-rules/{rule['id']}", max_duration_s=None))["max_duration_s"] is None


NO_NULL: list[tuple[str, str]] = [
    *(("inbound-trunks", name) for name in ("enabled", "allowed_addresses", "allowed_numbers", "any_number")),
    *(("inbound-trunks", name) for name in ("auth_username", "auth_password", "on_control_plane_loss")),
    *(("outbound-trunks", name) for name in ("enabled", "address", "transport", "numbers", "auth_password")),
    *(("dispatch-rules", name) for name in ("enabled", "trunk_ids", "numbers", "agent_id", "room_prefix")),
    *(("agents", name) for name in ("greeting", "instructions", "dialogue", "allow_hangup", "max_turn_wait_s")),
]


@pytest.mark.parametrize(("kind", "field"), NO_NULL)
async def test_null_in_a_field_that_has_none_names_the_field(plane: Plane, kind: str, field: str) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    out = {"name": "out", "address": "sip.carrier.example", "numbers": [SOME]}
    made = {
        "inbound-trunks": trunk,
        "outbound-trunks": await plane.made("/v1/outbound-trunks", **out),
        "dispatch-rules": await plane.rule(trunk, agent),
        "agents": agent,
    }[kind]
    answer = await plane.admin.patch(f"/v1/{kind}/{made['id']}", json={field: None})
    assert (answer.status_code, problem(answer)["field"]) == (422, field)


async def test_a_list_is_replaced_and_can_be_emptied(plane: Plane) -> None:
    trunk, agent = await plane.trunk(allowed_numbers=[SOME]), await plane.agent()
    rule = await plane.rule(trunk, agent, numbers=[SOME], inbound_numbers=[SOME])
    assert (await changed(plane, f"/v1/inbound-trunks/{trunk['id']}", allowed_numbers=[]))["allowed_numbers"] == []
    emptied = await changed(plane, f"/v1/dispatch-rules/{rule['id']}", numbers=[])
    assert (emptied["numbers"], emptied["inbound_numbers"]) == ([], [SOME])
    for path, field in ((f"/v1/dispatch-rules/{rule['id']}", "trunk_ids"),):
        assert problem(await plane.admin.patch(path, json={field: []}))["field"] == field


async def test_the_last_protection_of_a_trunk_cannot_be_taken_away(plane: Plane) -> None:
    trunk = await plane.trunk()
    path = f"/v1/inbound-trunks/{trunk['id']}"
    assert problem(await plane.admin.patch(path, json={"allowed_addresses": []}))["code"] == "trunk.open"
    assert (await plane.admin.get(path)).json() == trunk


async def test_a_list_has_a_bound_in_a_change_too(plane: Plane) -> None:
    trunk = await plane.trunk()
    many = [f"+1510555{n:04d}" for n in range(1001)]
    answer = await plane.admin.patch(f"/v1/inbound-trunks/{trunk['id']}", json={"allowed_numbers": many})
    assert (answer.status_code, problem(answer)["field"]) == (422, "allowed_numbers")


async def test_an_agents_dialogue_is_replaced_as_a_whole_and_the_rest_stays(plane: Plane) -> None:
    agent = await plane.agent()
    path = f"/v1/agents/{agent['id']}"
    dialogue = [{"intent": "pay", "phrases": ["pay"], "say": "Fine.", "tool": None, "ask_digits": 4, "personal": True}]
    assert await changed(plane, path, dialogue=dialogue) == agent | {"dialogue": dialogue}
    told = problem(await plane.admin.patch(path, json={"dialogue": [{"intent": "pay"}]}))
    assert told["field"] == "dialogue.0.phrases"
    for wrong in ({"id": "agt_x"}, {"created_at": "2026-01-01T00:00:00Z"}):
        assert problem(await plane.admin.patch(path, json=wrong))["status"] == 422


@pytest.mark.parametrize("path", ["/v1/inbound-trunks/{trunk}", "/v1/dispatch-rules/{rule}", "/v1/numbers/{number}"])
async def test_livekits_id_and_other_facts_cannot_be_written(plane: Plane, path: str) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    rule, number = await plane.rule(trunk, agent), await plane.number(SOME, trunk)
    one = path.format(trunk=trunk["id"], rule=rule["id"], number=number["id"])
    for field in ("livekit_id", "id", "updated_at"):
        assert problem(await plane.admin.patch(one, json={field: "x"}))["field"] == field
