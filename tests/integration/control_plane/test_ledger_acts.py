"""What administrators do is in the ledger, in the transaction that does it, without a word of what is secret."""

from __future__ import annotations

import json

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Json, Plane
from tests.integration.control_plane.resources import AGENTS, ALL, INBOUND, KEYS, RULES, WEBHOOKS, Resource


async def entries(plane: Plane, **query: str) -> list[Json]:
    """From old to new."""
    answer = await plane.admin.get("/v1/audit/entries", params={"limit": "500", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"][::-1]


def value(entry: Json, name: str) -> Json:
    return json.loads(entry["personal"][name]["value"])


@pytest.mark.parametrize("resource", ALL, ids=str)
async def test_making_changing_and_deleting_is_told_by_whom(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane, 7)
    path = f"{resource.path}/{made['id']}"
    verbs = ["create"]
    if resource.change:
        assert (await plane.admin.patch(path, json=resource.change)).status_code == 200
        verbs.append("update")
    assert (await plane.admin.delete(path)).status_code == 204
    verbs.append("revoke" if resource is KEYS else "delete")
    told = [one for one in await entries(plane, kind="admin") if one["facts"]["object"] == made["id"]]
    assert [one["facts"]["verb"] for one in told] == verbs
    keys = {one["id"] for one in (await plane.admin.get("/v1/api-keys")).json()["data"] if one["role"] == "admin"}
    assert {one["actor"] for one in told} <= keys
    assert value(told[0], "after")["id"] == made["id"]
    if resource.change:
        fields = {"content"} if resource is AGENTS else set(resource.change)  # as the table keeps it
        assert fields <= set(told[1]["facts"]["fields"])
        for name in fields:
            assert value(told[1], "before")[name] != value(told[1], "after")[name]


async def test_a_secret_is_named_and_its_value_is_not_looked_at(plane: Plane) -> None:
    trunk = await INBOUND.made(plane)
    change = {"auth_username": "us", "auth_password": "a good long secret"}
    assert (await plane.admin.patch(f"{INBOUND.path}/{trunk['id']}", json=change)).status_code == 200
    rule = await RULES.made(plane)
    assert (await plane.admin.patch(f"{RULES.path}/{rule['id']}", json={"pin": "4711"})).status_code == 200
    await WEBHOOKS.made(plane)
    await KEYS.made(plane)
    told = await entries(plane)
    fields = {name for one in told for name in one["facts"].get("fields", ())}
    assert {"auth_username", "auth_password", "pin"} <= fields
    said = json.dumps(told)
    assert not any(secret in said for secret in ("a good long secret", "4711", "whsec_", "secret_hash"))
    sealed = await plane.rows(
        "SELECT secret FROM webhooks UNION SELECT auth_password FROM trunks WHERE auth_password != ''"
    )
    assert sealed and not any(row["secret"] in said for row in sealed)


async def test_what_is_refused_leaves_no_entry(plane: Plane) -> None:
    await plane.number("+15105550100")
    before = await entries(plane)
    assert (await plane.admin.post("/v1/numbers", json={"number": "+15105550100"})).status_code == 409
    assert (await plane.clients[Role.VIEWER].post("/v1/numbers", json={"number": "+15105550101"})).status_code == 403
    assert await entries(plane) == before
