"""`Idempotency-Key`: sent twice, done once; and what a key is not good for."""

from __future__ import annotations

import asyncio

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Json, Plane, client_of, problem
from tests.integration.control_plane.resources import CONFIGURED, KEYS, NUMBERS, Resource

ONCE = {"Idempotency-Key": "order-66"}


@pytest.mark.parametrize("resource", CONFIGURED, ids=str)
async def test_the_same_create_again_gives_the_same_answer_and_no_second_row(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    before = await plane.rows(f"SELECT id FROM {resource.table}")
    first = await plane.admin.post(resource.path, json=body, headers=ONCE)
    again = await plane.admin.post(resource.path, json=body, headers=ONCE)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(await plane.rows(f"SELECT id FROM {resource.table}")) == len(before) + 1


@pytest.mark.parametrize("resource", CONFIGURED, ids=str)
async def test_another_body_under_the_same_key_is_a_conflict(plane: Plane, resource: Resource) -> None:
    first, other = await resource.body(plane, 1), await resource.body(plane, 2)
    await plane.admin.post(resource.path, json=first, headers=ONCE)
    answer = await plane.admin.post(resource.path, json=other, headers=ONCE)
    assert answer.status_code == 409
    told = problem(answer)
    assert (told["code"], told["field"]) == ("idempotency.reused", "Idempotency-Key")


async def test_the_secret_of_a_new_key_is_not_kept_and_not_given_again(plane: Plane) -> None:
    body: Json = {"name": "billing", "role": "viewer"}
    made = (await plane.admin.post(KEYS.path, json=body, headers=ONCE)).json()
    answer = await plane.admin.post(KEYS.path, json=body, headers=ONCE)
    assert (answer.status_code, problem(answer)["code"]) == (409, "idempotency.done")
    secret = made["key"].rpartition("_")[2]
    kept = await plane.rows("SELECT * FROM api_keys") + await plane.rows("SELECT * FROM idempotency_keys")
    assert secret not in str(kept)
    assert ONCE["Idempotency-Key"] not in str(kept)


async def test_a_key_is_the_callers_own_and_the_paths_own(plane: Plane) -> None:
    body = {"number": "+15105550100"}
    assert (await plane.admin.post(NUMBERS.path, json=body, headers=ONCE)).status_code == 201
    async with client_of(plane.app, await plane.new_key(Role.ADMIN)) as other:
        assert (await other.post(NUMBERS.path, json=body, headers=ONCE)).json()["code"] == "number.taken"
    agent = await plane.admin.post("/v1/agents", json={"name": "a", "greeting": "hi"}, headers=ONCE)
    assert agent.status_code == 201


async def test_a_refused_create_leaves_the_key_free(plane: Plane) -> None:
    taken = await plane.number("+15105550100")
    body = {"number": "+15105550100"}
    assert (await plane.admin.post(NUMBERS.path, json=body, headers=ONCE)).status_code == 409
    await plane.admin.delete(f"{NUMBERS.path}/{taken['id']}")
    assert (await plane.admin.post(NUMBERS.path, json=body, headers=ONCE)).status_code == 201


async def test_a_key_is_forgotten_after_a_day(plane: Plane) -> None:
    first = await plane.admin.post(KEYS.path, json={"name": "one"}, headers=ONCE)
    plane.clock.go(24 * 3600 - 1)
    assert (await plane.admin.post(KEYS.path, json={"name": "two"}, headers=ONCE)).status_code == 409
    plane.clock.go(2)
    later = await plane.admin.post(KEYS.path, json={"name": "two"}, headers=ONCE)
    assert later.status_code == 201
    assert later.json()["id"] != first.json()["id"]
    assert len(await plane.rows("SELECT key FROM idempotency_keys")) == 1


async def test_the_same_create_many_times_at_once_makes_one_row(plane: Plane) -> None:
    body = {"number": "+15105550100"}
    answers = await asyncio.gather(*(plane.admin.post(NUMBERS.path, json=body, headers=ONCE) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await plane.rows("SELECT id FROM numbers")) == 1


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_bounds(plane: Plane, key: str) -> None:
    answer = await plane.admin.post(NUMBERS.path, json={"number": "+15105550100"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert problem(answer)["field"].lower() == "idempotency-key"
