"""Transfer targets over REST: persons and teams, what each kind needs, and what is refused in words."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from gateway.auth.scopes import Role
from gateway.transfers.plan import attempts
from gateway.transfers.repository import TargetRepository
from gateway.transfers.target import Target
from tests.integration.control_plane.plane import Json, Plane, problem

PATH = "/v1/transfer-targets"
SOME, OTHER = "+15105550100", "+15105550111"


async def way_out(plane: Plane, **fields: object) -> Json:
    body = {"name": "way out", "address": "sip.carrier.example", "numbers": ["+15105550199"], **fields}
    return await plane.made("/v1/outbound-trunks", **body)


async def person(plane: Plane, name: str = "ana", **fields: object) -> Json:
    return await plane.made(PATH, **{"name": name, "kind": "operator", "identity": name, **fields})


async def team(plane: Plane, *members: Json, name: str = "desk", **fields: object) -> Json:
    return await plane.made(PATH, name=name, kind="team", members=[one["id"] for one in members], **fields)


async def changed(plane: Plane, target: Json, **fields: object) -> Json:
    answer = await plane.admin.patch(f"{PATH}/{target['id']}", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(answer: httpx.Response) -> tuple[int, str, str | None]:
    body = problem(answer)
    assert body["todo"]
    return body["status"], body["code"], body.get("field")


async def test_a_target_that_says_nothing_is_closed_to_agents(plane: Plane) -> None:
    made = await person(plane)
    assert (made["allowed_agents"], made["operators_may_send"], made["enabled"]) == ([], True, True)
    assert (made["skills"], made["ring_s"], made["voicemail_detection"]) == ([], 25, True)
    assert [made[name] for name in ("number", "uri", "trunk_id", "members", "strategy")] == [None] * 5


async def test_a_phone_is_reached_by_a_trunk_that_allows_its_country(plane: Plane) -> None:
    trunk = await way_out(plane)
    made = await plane.made(PATH, name="Ana", kind="phone", number="+1 (510) 555-0100", trunk_id=trunk["id"])
    assert (made["number"], made["trunk_id"]) == (SOME, trunk["id"])


FORBIDDEN = [
    ("+442079460018", "the trunk allows US"),
    ("+19005550100", "premium"),
    ("+870773111111", "no country"),
    ("+15105550", "no number that exists"),
]


@pytest.mark.parametrize(("number", "reason"), FORBIDDEN)
async def test_a_number_that_its_trunk_would_not_dial_is_refused_with_the_reason(
    plane: Plane, number: str, reason: str
) -> None:
    trunk = await way_out(plane)
    answer = await plane.admin.post(
        PATH, json={"name": "x", "kind": "phone", "number": number, "trunk_id": trunk["id"]}
    )
    assert told(answer) == (422, "target.destination", "number")
    assert reason in problem(answer)["detail"]
    assert number not in answer.text
    assert (await plane.admin.get(PATH)).json()["data"] == []


async def test_a_trunk_that_allows_more_takes_the_same_number(plane: Plane) -> None:
    trunk = await way_out(plane, allowed_countries=["GB"])
    await plane.made(PATH, name="Ana", kind="phone", number="+442079460018", trunk_id=trunk["id"])


async def test_a_sip_uri_is_kept_as_it_will_be_sent(plane: Plane) -> None:
    trunk = await way_out(plane, allow_extensions=True)
    for written, kept in (
        ("sip:2000@pbx.example", "sip:2000@pbx.example"),
        ("<sip:+1-510-555-0100@192.0.2.7:5070;transport=TCP;user=phone>", f"sip:{SOME}@192.0.2.7:5070;transport=tcp"),
        ("sip:ana@[2001:db8::7]", "sip:ana@[2001:db8::7]"),
    ):
        made = await plane.made(PATH, name="PBX", kind="sip", uri=written, trunk_id=trunk["id"])
        assert made["uri"] == kept


NO_URIS = [
    "2000", "sip:pbx.example", "sip:2000@", "sip:2000@pbx example", "sips:2000@pbx.example", "tel:+15105550100",
    "sip:2000@pbx.example?Replaces=a", "sip:2000@pbx.example;transport=ws", "sip:a%0d%0ab@pbx.example",
    "sip:2000@pbx.example:70000", "mailto:a@b", "", "sip:" + "a" * 300 + "@pbx.example",
]  # fmt: skip


@pytest.mark.parametrize("uri", NO_URIS)
async def test_a_uri_that_cannot_be_called_is_refused(plane: Plane, uri: str) -> None:
    trunk = await way_out(plane, allow_extensions=True)
    answer = await plane.admin.post(PATH, json={"name": "x", "kind": "sip", "uri": uri, "trunk_id": trunk["id"]})
    assert (answer.status_code, problem(answer)["field"]) == (422, "uri")


@pytest.mark.parametrize("user", ["2000", "911", "+442079460018"])
async def test_the_user_of_a_uri_is_held_to_the_trunks_rules_too(plane: Plane, user: str) -> None:
    trunk = await way_out(plane)
    body = {"name": "x", "kind": "sip", "uri": f"sip:{user}@pbx.example", "trunk_id": trunk["id"]}
    assert told(await plane.admin.post(PATH, json=body)) == (422, "target.destination", "uri")


FITTING: dict[str, Json] = {
    "phone": {"number": SOME, "trunk_id": "…"},
    "sip": {"uri": "sip:+15105550100@pbx.example", "trunk_id": "…"},
    "operator": {"identity": "ana"},
    "team": {"members": ["…"], "strategy": "in_order"},
}
MISSING = [(kind, field) for kind, fields in FITTING.items() for field in fields if field != "strategy"]
FOREIGN = [
    (kind, field, value)
    for kind, own in FITTING.items()
    for other in FITTING.values()
    for field, value in other.items()
    if field not in own
]


async def fitting(plane: Plane, kind: str) -> Json:
    trunk, member = await way_out(plane), await person(plane, "member")
    real = {"trunk_id": trunk["id"], "members": [member["id"]]}
    fields = {name: real.get(name, value) for name, value in FITTING[kind].items()}
    return {"name": "x", "kind": kind, **fields}


@pytest.mark.parametrize(("kind", "field"), MISSING)
async def test_what_a_kind_needs_is_asked_for(plane: Plane, kind: str, field: str) -> None:
    body = await fitting(plane, kind)
    await plane.made(PATH, **body)
    del body[field]
    assert told(await plane.admin.post(PATH, json=body)) == (422, "target.kind", field)


@pytest.mark.parametrize(("kind", "field", "value"), FOREIGN)
async def test_what_another_kind_has_is_refused(plane: Plane, kind: str, field: str, value: Any) -> None:
    body = await fitting(plane, kind)
    assert told(await plane.admin.post(PATH, json=body | {field: value})) == (422, "target.kind", field)
    made = await plane.made(PATH, **body)
    assert told(await plane.admin.patch(f"{PATH}/{made['id']}", json={field: value})) == (422, "target.kind", field)


WRONG: list[tuple[str, object]] = [
    ("kind", "robot"), ("name", ""), ("ring_s", 4), ("ring_s", 121), ("ring_s", "long"), ("skills", ["Billing desk"]),
    ("skills", ["a" * 33]), ("skills", [f"s{n}" for n in range(21)]), ("identity", "sip_+15105550100"),
    ("identity", "agent-1"), ("identity", "a b"), ("identity", "x" * 65), ("allowed_agents", "agt_x"),
    ("strategy", "whoever"), ("number", "5105550100"), ("trunk_id", ""), ("members", []),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
async def test_a_wrong_value_is_refused_with_its_field(plane: Plane, field: str, value: object) -> None:
    answer = await plane.admin.post(PATH, json={"name": "x", "kind": "operator", "identity": "x", field: value})
    assert answer.status_code == 422
    assert problem(answer)["field"].split(".")[0] == field


async def test_a_trunk_and_an_agent_that_are_not_there_are_named(plane: Plane) -> None:
    inbound = await plane.trunk()
    for trunk_id in ("trk_none", inbound["id"]):
        answer = await plane.admin.post(PATH, json={"name": "x", "kind": "phone", "number": SOME, "trunk_id": trunk_id})
        assert told(answer) == (404, "not_found", "trunk_id")
    body = {"name": "x", "kind": "operator", "identity": "x", "allowed_agents": ["agt_none"]}
    assert told(await plane.admin.post(PATH, json=body)) == (404, "not_found", "allowed_agents")


async def test_an_agent_is_let_in_and_out_again(plane: Plane) -> None:
    agent, other, ana = await plane.agent(), await plane.agent("other"), await person(plane)
    both = await changed(plane, ana, allowed_agents=[agent["id"], other["id"], agent["id"]])
    assert both["allowed_agents"] == [agent["id"], other["id"]]
    answer = await plane.admin.patch(f"{PATH}/{ana['id']}", json={"allowed_agents": ["agt_none"]})
    assert told(answer) == (404, "not_found", "allowed_agents")
    await plane.admin.delete(f"/v1/agents/{other['id']}")
    assert (await changed(plane, ana, allowed_agents=[other["id"]]))["allowed_agents"] == [other["id"]]
    assert (await changed(plane, ana, allowed_agents=[]))["allowed_agents"] == []


async def test_one_identity_is_one_person(plane: Plane) -> None:
    ana, bea = await person(plane), await person(plane, "bea")
    answer = await plane.admin.post(PATH, json={"name": "Ana too", "kind": "operator", "identity": "ana"})
    assert told(answer) == (409, "target.identity_taken", "identity")
    assert ana["id"] in problem(answer)["detail"]
    answer = await plane.admin.patch(f"{PATH}/{bea['id']}", json={"identity": "ana"})
    assert told(answer) == (409, "target.identity_taken", "identity")
    assert (await changed(plane, ana, identity="ana", name="Ana")) == ana | {"name": "Ana"}


async def test_a_team_keeps_its_members_in_order_each_once(plane: Plane) -> None:
    ana, bea = await person(plane), await person(plane, "bea")
    made = await team(plane, bea, ana, bea)
    assert (made["members"], made["strategy"]) == ([bea["id"], ana["id"]], "in_order")
    assert (await changed(plane, made, members=[ana["id"]], strategy="longest_idle")) == made | {
        "members": [ana["id"]], "strategy": "longest_idle",
    }  # fmt: skip


async def test_a_member_has_to_be_a_person_who_is_there(plane: Plane) -> None:
    ana, off = await person(plane), await person(plane, "off", enabled=False)
    inner = await team(plane, ana, name="inner")
    outer = await team(plane, ana, name="outer")
    cases = [
        ("tgt_none", (404, "not_found", "members")),
        (inner["id"], (422, "target.members", "members")),
        (off["id"], (409, "target.disabled", "members")),
    ]
    for member, expected in cases:
        body = {"name": "x", "kind": "team", "members": [ana["id"], member]}
        answers = [
            await plane.admin.post(PATH, json=body),
            await plane.admin.patch(f"{PATH}/{outer['id']}", json={"members": body["members"]}),
        ]
        assert [told(answer) for answer in answers] == [expected] * 2
        assert all(member in problem(answer)["detail"] for answer in answers)
    answer = await plane.admin.patch(f"{PATH}/{outer['id']}", json={"members": [ana["id"], outer["id"]]})
    assert told(answer) == (422, "target.members", "members")
    assert (await plane.admin.get(f"{PATH}/{outer['id']}")).json() == outer


async def test_a_member_who_is_switched_off_later_stays_and_is_not_rung(plane: Plane) -> None:
    ana, bea = await person(plane), await person(plane, "bea")
    desk = await team(plane, ana, bea)
    await changed(plane, ana, enabled=False)
    assert (await changed(plane, desk, members=[bea["id"], ana["id"]]))["members"] == [bea["id"], ana["id"]]
    async with plane.container.database.begin() as session:
        targets = TargetRepository(session)
        found = await targets.find(desk["id"])
        assert found is not None
        waves = attempts(found, await targets.members_of(found), {})
    assert [[ring.target_id for ring in wave] for wave in waves] == [[bea["id"]]]


async def test_a_member_of_a_team_is_not_deleted_and_the_team_is_named(plane: Plane) -> None:
    ana, bea = await person(plane), await person(plane, "bea")
    desk = await team(plane, ana, bea, name="billing desk")
    answer = await plane.admin.delete(f"{PATH}/{ana['id']}")
    assert told(answer) == (409, "target.in_use", None)
    assert desk["id"] in problem(answer)["detail"] and "billing desk" in problem(answer)["detail"]
    await changed(plane, desk, members=[bea["id"]])
    assert (await plane.admin.delete(f"{PATH}/{ana['id']}")).status_code == 204
    assert (await plane.admin.delete(f"{PATH}/{desk['id']}")).status_code == 204
    assert (await plane.admin.delete(f"{PATH}/{bea['id']}")).status_code == 204


async def test_a_member_deleted_while_a_team_is_made_of_it_leaves_no_team_without_it(plane: Plane) -> None:
    for n in range(10):
        ana = await person(plane, f"ana{n}")
        body = {"name": "desk", "kind": "team", "members": [ana["id"]]}
        made, gone = await asyncio.gather(
            plane.admin.post(PATH, json=body), plane.admin.delete(f"{PATH}/{ana['id']}")
        )  # fmt: skip
        assert (made.status_code, gone.status_code) in ((201, 409), (404, 204)), (made.text, gone.text)


async def test_a_trunk_that_a_target_is_called_by_is_not_deleted(plane: Plane) -> None:
    trunk, other = await way_out(plane), await way_out(plane)
    ana = await plane.made(PATH, name="Ana", kind="phone", number=SOME, trunk_id=trunk["id"])
    answer = await plane.admin.delete(f"/v1/outbound-trunks/{trunk['id']}")
    assert told(answer) == (409, "trunk.in_use", None)
    assert ana["id"] in problem(answer)["detail"]
    await changed(plane, ana, trunk_id=other["id"])
    assert (await plane.admin.delete(f"/v1/outbound-trunks/{trunk['id']}")).status_code == 204


async def test_a_number_that_the_trunk_has_come_to_forbid_can_still_be_switched_off(plane: Plane) -> None:
    trunk = await way_out(plane)
    ana = await plane.made(PATH, name="Ana", kind="phone", number=SOME, trunk_id=trunk["id"])
    await plane.admin.patch(f"/v1/outbound-trunks/{trunk['id']}", json={"allowed_countries": ["GB"]})
    assert (await changed(plane, ana, enabled=False))["enabled"] is False
    answer = await plane.admin.patch(f"{PATH}/{ana['id']}", json={"number": OTHER})
    assert told(answer) == (422, "target.destination", "number")


@pytest.mark.parametrize("field", ["kind", "id", "created_at"])
async def test_what_a_target_is_cannot_be_changed(plane: Plane, field: str) -> None:
    ana = await person(plane)
    answer = await plane.admin.patch(f"{PATH}/{ana['id']}", json={field: "phone"})
    assert (answer.status_code, problem(answer)["field"]) == (422, field)


@pytest.mark.parametrize("field", ["name", "identity", "skills", "ring_s", "allowed_agents", "enabled", "number"])
async def test_null_in_a_change_names_the_field(plane: Plane, field: str) -> None:
    ana = await person(plane)
    answer = await plane.admin.patch(f"{PATH}/{ana['id']}", json={field: None})
    assert (answer.status_code, problem(answer)["field"]) == (422, field)


async def test_a_viewer_sees_who_there_is_and_not_their_number(plane: Plane) -> None:
    trunk = await way_out(plane, allow_extensions=True)
    phone = await plane.made(PATH, name="Ana", kind="phone", number=SOME, trunk_id=trunk["id"])
    sip = await plane.made(PATH, name="Bea", kind="sip", uri="sip:2000@pbx.example", trunk_id=trunk["id"])
    for role, seen in ((Role.VIEWER, [sip | {"uri": None}, phone | {"number": None}]), (Role.OPERATOR, [sip, phone])):
        client = plane.clients[role]
        assert (await client.get(PATH)).json()["data"] == seen
        assert [(await client.get(f"{PATH}/{one['id']}")).json() for one in (sip, phone)] == seen


async def test_the_same_create_sent_twice_makes_one_target(plane: Plane) -> None:
    body, headers = {"name": "Ana", "kind": "operator", "identity": "ana"}, {"Idempotency-Key": "one"}
    answers = [await plane.admin.post(PATH, json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await plane.admin.get(PATH)).json()["data"]) == 1


async def test_a_stored_target_comes_back_whole(plane: Plane) -> None:
    trunk, agent = await way_out(plane), await plane.agent()
    made = await plane.made(
        PATH, name="Ana", kind="phone", number=SOME, trunk_id=trunk["id"], skills=["billing", "french"], ring_s=40,
        voicemail_detection=False, allowed_agents=[agent["id"]], operators_may_send=False, enabled=False,
    )  # fmt: skip
    async with plane.container.database.begin() as session:
        targets = TargetRepository(session)
        found = await targets.find(made["id"])
        assert await targets.find("tgt_none") is None
    assert found is not None
    assert found == Target(
        id=made["id"], kind="phone", name="Ana", number=SOME, trunk_id=trunk["id"], skills=("billing", "french"),
        ring_s=40, voicemail_detection=False, allowed_agents=(agent["id"],), operators_may_send=False, enabled=False,
    )  # fmt: skip
