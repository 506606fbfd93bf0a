"""`/v1/routes`: kept, explained in words, and holding on to the trunks that they name."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from gateway.calls.facts import DialFailed, NumbersPii
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import asked
from tests.integration.control_plane.plane import Json, Plane, problem
from trunks.provisioning import Provisioning

LONDON, OWN = "+442071234567", "+15105550199"


async def way_out(plane: Plane, name: str, **fields: object) -> Json:
    body = {"address": "sip.carrier.example", "numbers": [OWN], "allowed_countries": ["GB", "US"], **fields}
    return await plane.made("/v1/outbound-trunks", name=name, **body)


async def provisioned(plane: Plane) -> None:
    work: Provisioning = plane.provisioning
    assert await work.reconcile()


async def explained(plane: Plane, number: str = LONDON) -> list[Json]:
    answer = await plane.admin.post("/v1/routes/explain", json={"called": number})
    assert answer.status_code == 200, answer.text
    assert answer.json()["called"] == number
    return answer.json()["routes"]


async def test_a_route_is_made_read_changed_listed_and_taken_away(plane: Plane) -> None:
    first, second = await way_out(plane, "first"), await way_out(plane, "second")
    made = await plane.made("/v1/routes", name="Britain", prefix="44", trunk_id=first["id"])
    assert made["id"].startswith("rte_") and (made["priority"], made["enabled"]) == (100, True)
    path = f"/v1/routes/{made['id']}"
    assert (await plane.admin.get(path)).json() == made
    changed = await plane.admin.patch(path, json={"trunk_id": second["id"], "priority": 5, "prefix": "4420"})
    assert changed.status_code == 200
    expected = made | {"trunk_id": second["id"], "priority": 5, "prefix": "4420"}
    assert changed.json() | {"updated_at": ""} == expected | {"updated_at": ""}
    assert [one["id"] for one in (await plane.admin.get("/v1/routes")).json()["data"]] == [made["id"]]
    assert (await plane.admin.delete(path)).status_code == 204
    assert (await plane.admin.get(path)).status_code == (await plane.admin.delete(path)).status_code == 404


async def test_the_same_create_twice_makes_one(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    body, key = {"name": "all", "trunk_id": trunk["id"]}, {"Idempotency-Key": "one"}
    first, again = [await plane.admin.post("/v1/routes", json=body, headers=key) for _ in range(2)]
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    other = await plane.admin.post("/v1/routes", json=body | {"priority": 7}, headers=key)
    assert problem(other)["code"] == "idempotency.reused"


@pytest.mark.parametrize(
    "wrong",
    [{"prefix": "+44"}, {"prefix": "4" * 16}, {"prefix": "44a"}, {"priority": -1}, {"priority": 1001}, {"name": ""},
     {"trunk_id": None}, {"weight": 3}],
)  # fmt: skip
async def test_what_is_no_route_is_refused_with_its_field(plane: Plane, wrong: Json) -> None:
    trunk = await way_out(plane, "first")
    body = {"name": "all", "trunk_id": trunk["id"]} | wrong
    assert problem(await plane.admin.post("/v1/routes", json=body))["status"] == 422


async def test_a_route_leads_to_an_outbound_trunk_that_exists(plane: Plane) -> None:
    inbound, trunk = await plane.trunk(), await way_out(plane, "first")
    for trunk_id in (inbound["id"], "trk_none"):
        refused = problem(await plane.admin.post("/v1/routes", json={"name": "all", "trunk_id": trunk_id}))
        assert (refused["status"], refused["field"]) == (404, "trunk_id")
    made = await plane.made("/v1/routes", name="all", trunk_id=trunk["id"])
    refused = await plane.admin.patch(f"/v1/routes/{made['id']}", json={"trunk_id": inbound["id"]})
    assert refused.status_code == 404


async def test_a_trunk_that_a_route_names_stays(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    route = await plane.made("/v1/routes", name="all", trunk_id=trunk["id"])
    path = f"/v1/outbound-trunks/{trunk['id']}"
    refused = problem(await plane.admin.delete(path))
    assert refused["code"] == "trunk.in_use" and route["id"] in refused["detail"] and route["id"] in refused["todo"]
    assert (await plane.admin.delete(f"/v1/routes/{route['id']}")).status_code == 204
    assert (await plane.admin.delete(path)).status_code == 204


async def test_who_may_read_and_who_may_write(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    viewer = plane.clients[Role.VIEWER]
    assert (await viewer.get("/v1/routes")).status_code == 200
    assert (await viewer.post("/v1/routes/explain", json={"called": LONDON})).status_code == 200
    body = {"name": "all", "trunk_id": trunk["id"]}
    assert problem(await viewer.post("/v1/routes", json=body))["code"] == "auth.forbidden"


async def test_what_would_happen_to_a_number_is_told_with_a_reason_for_every_route(plane: Plane) -> None:
    cheap, usual, off = [await way_out(plane, name) for name in ("cheap", "usual", "off")]
    await provisioned(plane)
    assert (await plane.admin.patch(f"/v1/outbound-trunks/{off['id']}", json={"enabled": False})).status_code == 200
    await plane.made("/v1/routes", name="everything", trunk_id=usual["id"])
    await plane.made("/v1/routes", name="Britain", prefix="44", trunk_id=cheap["id"])
    await plane.made("/v1/routes", name="London", prefix="4420", trunk_id=off["id"])
    await plane.made("/v1/routes", name="Germany", prefix="49", trunk_id=cheap["id"])
    found = await explained(plane)
    assert [(one["place"], one["trunk_name"], one["route_name"]) for one in found] == [
        (1, "cheap", "Britain"), (2, "usual", "everything"), (None, "off", "London"), (None, "cheap", "Germany"),
    ]  # fmt: skip
    assert "switched off" in found[2]["reason"] and "+49" in found[3]["reason"]
    assert problem(await plane.admin.post("/v1/routes/explain", json={"called": "12"}))["status"] == 422


async def test_a_trunk_that_is_not_in_livekit_is_not_tried(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    await plane.made("/v1/routes", name="all", trunk_id=trunk["id"])
    (one,) = await explained(plane)
    assert one["place"] is None and "LiveKit" in one["reason"]
    await provisioned(plane)
    assert [one["place"] for one in await explained(plane)] == [1]


async def test_calls_that_fail_are_seen_in_the_explanation_until_one_may_try_again(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    await plane.made("/v1/routes", name="all", trunk_id=trunk["id"])
    await provisioned(plane)
    calls, link = (
        plane.container.calls,
        (await plane.admin.get(f"/v1/outbound-trunks/{trunk['id']}")).json()["livekit_id"],
    )
    for _ in range(5):
        call_id, pii = new_id("call"), NumbersPii(ani=OWN, dnis=LONDON)
        given = {"direction": "outbound", "livekit_trunk_id": link, "pii": pii, "asked_by": "livekit_api"}
        assert (await calls.admissions.verdict_on(asked(call_id, **given))).verdict == "accept"
        envelope = {"id": new_id("evt"), "call_id": call_id, "source": "node", "seq": 1, "at": plane.clock.now()}
        await calls.runner.take(
            [DialFailed(**envelope, ended_by="carrier", slug="rejected", sip_code=403, carrier="No")]
        )
    (one,) = await explained(plane)
    assert (one["place"], one["circuit"]) == (None, "open")
    assert "does not let the trunk call" in one["reason"] and "(403)" in one["reason"]
    plane.clock.go(31)
    (one,) = await explained(plane)
    assert (one["place"], one["circuit"]) == (1, "half_open")
    await plane.admin.delete(f"/v1/routes/{one['route_id']}")
    assert (await plane.admin.delete(f"/v1/outbound-trunks/{trunk['id']}")).status_code == 204  # with its circuit


async def test_a_phone_may_be_a_target_by_route_where_a_route_leads_to_a_trunk_that_would_dial_it(plane: Plane) -> None:
    desk = {"name": "desk", "kind": "phone", "number": "+442071234568"}
    refused = problem(await plane.admin.post("/v1/transfer-targets", json=desk))
    assert refused["code"] == "target.kind" and "a route that fits" in refused["detail"]
    domestic = await way_out(plane, "domestic", allowed_countries=["US"])
    await plane.made("/v1/routes", name="all", trunk_id=domestic["id"])
    refused = problem(await plane.admin.post("/v1/transfer-targets", json=desk))
    assert refused["code"] == "target.destination"
    assert domestic["id"] in refused["detail"] and "GB" in refused["detail"]
    abroad = await way_out(plane, "abroad")
    await plane.made("/v1/routes", name="Britain", prefix="44", trunk_id=abroad["id"])
    made = await plane.made("/v1/transfer-targets", **desk)
    assert made["trunk_id"] is None
    path = f"/v1/transfer-targets/{made['id']}"
    assert (await plane.admin.patch(path, json={"trunk_id": abroad["id"]})).json()["trunk_id"] == abroad["id"]
    assert (await plane.admin.patch(path, json={"trunk_id": None})).json()["trunk_id"] is None
    sip = {"name": "pbx", "kind": "sip", "uri": "sip:2000@pbx.example"}
    assert problem(await plane.admin.post("/v1/transfer-targets", json=sip))["field"] == "trunk_id"


async def test_a_trunk_says_how_many_calls_may_begin_in_a_second(plane: Plane) -> None:
    trunk = await way_out(plane, "first")
    assert trunk["max_calls_per_s"] is None
    path = f"/v1/outbound-trunks/{trunk['id']}"
    assert (await plane.admin.patch(path, json={"max_calls_per_s": 5})).json()["max_calls_per_s"] == 5
    assert (await plane.admin.patch(path, json={"max_calls_per_s": None})).json()["max_calls_per_s"] is None
    assert problem(await plane.admin.patch(path, json={"max_calls_per_s": 0}))["status"] == 422
