"""What cannot stand beside each other, and what cannot be taken away: refused in words."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.control_plane.plane import Json, Plane, problem

SOME, OTHER, THIRD = "+15105550100", "+15105550101", "+15105550102"


async def refused(plane: Plane, path: str, **body: object) -> Json:
    answer = await plane.admin.post(path, json=body)
    assert answer.status_code == 409, answer.text
    return problem(answer)


async def test_a_number_is_taken_once_and_the_answer_says_where_it_is(plane: Plane) -> None:
    trunk = await plane.trunk()
    number = await plane.number(SOME, trunk)
    told = await refused(plane, "/v1/numbers", number=SOME)
    assert (told["code"], told["field"]) == ("number.taken", "number")
    assert number["id"] in told["detail"] and trunk["id"] in told["detail"]
    assert told["todo"].startswith(f"PATCH /v1/numbers/{number['id']}")


async def test_the_same_number_many_times_at_once_is_taken_once(plane: Plane) -> None:
    posts = (plane.admin.post("/v1/numbers", json={"number": SOME}) for _ in range(8))
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert all(problem(answer)["todo"] for answer in answers if answer.status_code == 409)
    assert len(await plane.rows("SELECT id FROM numbers")) == 1


ANY = {"name": "second", "any_number": True}
HERE, THERE = ["192.0.2.0/24"], ["198.51.100.0/24"]
ALIKE = [
    {"allowed_addresses": HERE},
    {"allowed_addresses": THERE},  # LiveKit looks at callers only
    {"allowed_addresses": HERE, "allowed_numbers": [SOME]},
]


@pytest.mark.parametrize("fields", ALIKE)
async def test_two_trunks_that_take_any_number_alike_are_refused(plane: Plane, fields: Json) -> None:
    first = await plane.trunk("first", any_number=True, allowed_addresses=HERE)
    told = await refused(plane, "/v1/inbound-trunks", **ANY, **fields)
    assert (told["code"], told["field"]) == ("trunk.conflict", "any_number")
    assert first["id"] in told["detail"]
    assert told["todo"]


APART: list[tuple[Json, Json]] = [
    ({}, {"any_number": False, "allowed_addresses": HERE}),
    ({}, {"enabled": False, "allowed_addresses": HERE}),
    ({}, {"allowed_addresses": THERE, "allowed_numbers": [SOME]}),
    ({"allowed_numbers": [SOME]}, {"allowed_addresses": HERE, "allowed_numbers": [OTHER]}),
    ({"enabled": False}, {"allowed_addresses": HERE}),
]


@pytest.mark.parametrize(("first", "second"), APART)
async def test_trunks_that_can_be_told_apart_stand_beside_each_other(plane: Plane, first: Json, second: Json) -> None:
    await plane.trunk("first", any_number=True, **first)
    await plane.made("/v1/inbound-trunks", **(ANY | second))


async def test_a_change_into_a_conflict_is_refused_and_changes_nothing(plane: Plane) -> None:
    await plane.trunk("first", any_number=True)
    second = await plane.trunk("second", any_number=True, enabled=False)
    path = f"/v1/inbound-trunks/{second['id']}"
    assert problem(await plane.admin.patch(path, json={"enabled": True}))["code"] == "trunk.conflict"
    assert (await plane.admin.get(path)).json() == second
    assert (await plane.admin.patch(path, json={"name": "renamed"})).status_code == 200


async def test_two_rules_that_match_alike_are_refused(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    first = await plane.rule(trunk, agent, numbers=[SOME])
    body = {"name": "second", "trunk_ids": [trunk["id"]], "agent_id": agent["id"]}
    for fields in ({"numbers": [OTHER, SOME]}, {"inbound_numbers": [THIRD]}):
        told = await refused(plane, "/v1/dispatch-rules", **body, **fields)
        assert told["code"] == "rule.conflict"
        assert first["id"] in told["detail"]
        assert told["todo"]


async def test_rules_that_differ_in_exactness_or_reach_stand_beside_each_other(plane: Plane) -> None:
    trunk, other, agent = await plane.trunk(), await plane.trunk("other"), await plane.agent()
    await plane.rule(trunk, agent, "last resort")
    await plane.rule(other, agent, "of the other trunk")
    await plane.rule(trunk, agent, "by number", numbers=[SOME])
    await plane.rule(trunk, agent, "by another number", numbers=[OTHER])
    await plane.rule(trunk, agent, "by both", numbers=[SOME], inbound_numbers=[THIRD])
    await plane.rule(trunk, agent, "asleep", enabled=False)


async def test_waking_a_rule_into_a_conflict_is_refused(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    await plane.rule(trunk, agent)
    asleep = await plane.rule(trunk, agent, "asleep", enabled=False)
    path = f"/v1/dispatch-rules/{asleep['id']}"
    assert problem(await plane.admin.patch(path, json={"enabled": True}))["code"] == "rule.conflict"
    assert (await plane.admin.get(path)).json() == asleep


async def test_a_number_listed_twice_is_listed_once(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    rule = await plane.rule(trunk, agent, numbers=[SOME, "+1 510 555 0100", OTHER], trunk_ids=[trunk["id"]] * 2)
    assert (rule["numbers"], rule["trunk_ids"]) == ([SOME, OTHER], [trunk["id"]])


async def test_a_trunk_with_numbers_stays(plane: Plane) -> None:
    trunk = await plane.trunk()
    number = await plane.number(SOME, trunk)
    path = f"/v1/inbound-trunks/{trunk['id']}"
    answer = await plane.admin.delete(path)
    assert (answer.status_code, problem(answer)["code"]) == (409, "trunk.in_use")
    await plane.admin.patch(f"/v1/numbers/{number['id']}", json={"inbound_trunk_id": None})
    assert (await plane.admin.delete(path)).status_code == 204


async def test_a_trunk_that_a_rule_names_stays(plane: Plane) -> None:
    trunk, other, agent = await plane.trunk(), await plane.trunk("other"), await plane.agent()
    rule = await plane.rule(trunk, agent, trunk_ids=[other["id"], trunk["id"]])
    path = f"/v1/inbound-trunks/{trunk['id']}"
    answer = await plane.admin.delete(path)
    assert (answer.status_code, problem(answer)["code"]) == (409, "trunk.in_use")
    assert rule["id"] in answer.json()["detail"]
    await plane.admin.patch(f"/v1/dispatch-rules/{rule['id']}", json={"trunk_ids": [other["id"]]})
    assert (await plane.admin.delete(path)).status_code == 204


async def test_an_agent_that_a_rule_calls_stays(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    rule = await plane.rule(trunk, agent)
    path = f"/v1/agents/{agent['id']}"
    answer = await plane.admin.delete(path)
    assert (answer.status_code, problem(answer)["code"]) == (409, "agent.in_use")
    assert rule["id"] in answer.json()["todo"]
    await plane.admin.delete(f"/v1/dispatch-rules/{rule['id']}")
    assert (await plane.admin.delete(path)).status_code == 204
