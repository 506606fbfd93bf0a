"""What holds for every resource: create, read, list, change, delete, and the record of who did it."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from gateway.kernel.ids import is_id, new_id
from tests.integration.control_plane.plane import Plane, problem
from tests.integration.control_plane.resources import ALL, CONFIGURED, KEYS, Resource

every = pytest.mark.parametrize("resource", ALL, ids=str)
each_configured = pytest.mark.parametrize("resource", CONFIGURED, ids=str)


@each_configured
async def test_what_is_created_can_be_read_and_is_listed(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    made = await plane.made(resource.path, **body)
    assert is_id(resource.prefix, made["id"])
    assert body.items() <= made.items()
    assert made["created_at"] == made["updated_at"] == "2026-11-20T09:00:00Z"
    assert (await plane.admin.get(f"{resource.path}/{made['id']}")).json() == made
    assert made in (await plane.admin.get(resource.path)).json()["data"]


@each_configured
async def test_a_change_leaves_the_other_fields_alone(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    plane.clock.go(60)
    answer = await plane.admin.patch(f"{resource.path}/{made['id']}", json=resource.change)
    assert answer.status_code == 200, answer.text
    assert answer.json() == made | resource.change | {"updated_at": "2026-11-20T09:01:00Z"}
    assert (await plane.admin.get(f"{resource.path}/{made['id']}")).json() == answer.json()


@each_configured
async def test_an_empty_change_changes_nothing(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    assert (await plane.admin.patch(f"{resource.path}/{made['id']}", json={})).json() == made


@each_configured
async def test_null_where_there_is_no_null_is_refused(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    answer = await plane.admin.patch(f"{resource.path}/{made['id']}", json={"name": None})
    assert answer.status_code == 422
    assert problem(answer)["field"] == "name"
    assert (await plane.admin.get(f"{resource.path}/{made['id']}")).json() == made


@each_configured
async def test_what_is_deleted_is_gone(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    answer = await plane.admin.delete(f"{resource.path}/{made['id']}")
    assert (answer.status_code, answer.text) == (204, "")
    assert (await plane.admin.get(f"{resource.path}/{made['id']}")).status_code == 404
    assert await plane.rows(f"SELECT id FROM {resource.table} WHERE id = :id", id=made["id"]) == []
    assert problem(await plane.admin.delete(f"{resource.path}/{made['id']}"))["status"] == 404


@each_configured
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_id_is_not_found_and_the_answer_says_where_to_look(
    plane: Plane, resource: Resource, method: str
) -> None:
    for unknown in (new_id(resource.prefix), "x", "é", "a" * 300):
        answer = await plane.admin.request(method, f"{resource.path}/{unknown}", json={} if method == "PATCH" else None)
        assert answer.status_code == 404, (unknown, answer.text)
        assert problem(answer)["todo"] == f"GET {resource.path}"
    answer = await plane.admin.request(method, f"{resource.path}/%00", json={} if method == "PATCH" else None)
    assert problem(answer)["status"] == 404


@every
async def test_an_act_leaves_a_row_that_says_who_did_what(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    path = f"{resource.path}/{made['id']}"
    if resource is not KEYS:
        await plane.admin.patch(path, json=resource.change)
    await plane.admin.delete(path)
    admin = "key_" + plane.keys[Role.ADMIN].split("_")[2]
    acts = await plane.rows("SELECT subject, verb FROM audit WHERE object = :id ORDER BY id", id=made["id"])
    verbs = ["create", "revoke"] if resource is KEYS else ["create", "update", "delete"]
    assert acts == [{"subject": admin, "verb": verb} for verb in verbs]


@every
async def test_a_refused_act_leaves_no_row(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    before = await plane.rows("SELECT id FROM audit")
    assert (await plane.admin.post(resource.path, json=body | resource.wrong)).status_code == 422
    assert await plane.rows("SELECT id FROM audit") == before


async def test_there_are_no_calls_before_the_first(plane: Plane) -> None:
    assert (await plane.admin.get("/v1/calls")).json() == {"data": [], "next_cursor": None}


async def test_health_needs_no_key(plane: Plane) -> None:
    answer = await plane.admin.get("/healthz", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_description_of_the_api_names_every_resource(plane: Plane) -> None:
    described = (await plane.admin.get("/openapi.json")).json()
    assert {resource.path for resource in ALL} | {"/v1/calls", "/v1/dispatch-rules/resolve"} <= set(described["paths"])
