"""Who may: no key, a wrong one, a revoked one, and what each role is allowed."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Json, Plane, client_of, problem
from tests.integration.control_plane.resources import ALL, CONFIGURED, KEYS, NUMBERS, Resource

READS = [*(resource.path for resource in ALL), "/v1/calls", "/v1/dispatch-rules/sync", "/v1/inbound-trunks/sync"]


@pytest.mark.parametrize("path", READS)
async def test_without_a_key_nothing_is_told(plane: Plane, path: str) -> None:
    async with client_of(plane.app) as nobody:
        answer = await nobody.get(path)
    assert (answer.status_code, problem(answer)["code"]) == (401, "auth.required")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("resource", ALL, ids=str)
async def test_without_a_key_nothing_is_made(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    before = await plane.rows(f"SELECT id FROM {resource.table}")
    async with client_of(plane.app) as nobody:
        assert (await nobody.post(resource.path, json=body)).status_code == 401
    assert await plane.rows(f"SELECT id FROM {resource.table}") == before


async def test_a_key_has_to_be_right_in_every_part(plane: Plane) -> None:
    good = plane.keys[Role.ADMIN]
    identifier, secret = good.removeprefix("gw_live_").split("_")
    flipped = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    wrong = [
        f"gw_live_{identifier}_{flipped}", f"gw_live_{'0' * 16}_{secret}", f"gw_test_{identifier}_{secret}",
        f"gw_live_{identifier}", f"gw_live__{secret}", secret, "x" * 5000, f"{good} ", f"{good}0",
    ]  # fmt: skip
    for key in wrong:
        async with client_of(plane.app, key) as client:
            answer = await client.get("/v1/numbers")
        if key.strip() == good:
            assert answer.status_code == 200  # HTTP takes the space away
        else:
            assert (answer.status_code, problem(answer)["code"]) == (401, "auth.invalid"), key


async def test_only_bearer_is_understood(plane: Plane) -> None:
    good = plane.keys[Role.ADMIN]
    for header, status in ((f"Basic {good}", 401), (good, 401), (f"bearer {good}", 200)):
        answer = await plane.admin.get("/v1/numbers", headers={"Authorization": header})
        assert answer.status_code == status, header


async def test_a_new_key_works_and_a_revoked_one_does_not(plane: Plane) -> None:
    made = await plane.made("/v1/api-keys", name="billing", role="viewer")
    async with client_of(plane.app, made["key"]) as client:
        assert (await client.get("/v1/numbers")).status_code == 200
        plane.clock.go(60)
        assert (await plane.admin.delete(f"/v1/api-keys/{made['id']}")).status_code == 204
        answer = await client.get("/v1/numbers")
    assert (answer.status_code, problem(answer)["code"]) == (401, "auth.invalid")


async def test_revoking_twice_keeps_the_first_time(plane: Plane) -> None:
    made = await plane.made("/v1/api-keys", name="billing")
    for _ in range(2):
        plane.clock.go(60)
        assert (await plane.admin.delete(f"/v1/api-keys/{made['id']}")).status_code == 204
    listed = {key["id"]: key for key in (await plane.admin.get("/v1/api-keys")).json()["data"]}
    assert listed[made["id"]]["revoked_at"] == "2026-11-20T09:01:00Z"


async def test_a_key_is_a_viewers_unless_more_is_asked_for(plane: Plane) -> None:
    assert (await plane.made("/v1/api-keys", name="careful"))["role"] == "viewer"


async def test_an_unknown_key_cannot_be_revoked(plane: Plane) -> None:
    assert problem(await plane.admin.delete("/v1/api-keys/key_none"))["todo"] == "GET /v1/api-keys"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
@pytest.mark.parametrize("resource", CONFIGURED, ids=str)
async def test_viewers_and_operators_read_and_do_not_write(plane: Plane, resource: Resource, role: Role) -> None:
    made = await resource.made(plane)
    client, path = plane.clients[role], f"{resource.path}/{made['id']}"
    assert (await client.get(path)).json() == made
    assert (await client.get(resource.path)).json()["data"] == [made]
    refused = [
        await client.post(resource.path, json=await resource.body(plane, 2)),
        await client.patch(path, json=resource.change),
        await client.delete(path),
    ]
    for answer in refused:
        assert answer.status_code == 403
        told = problem(answer)
        assert told["code"] == "auth.forbidden"
        assert "config:write" in told["detail"]
    assert (await plane.admin.get(path)).json() == made


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_only_an_administrator_sees_and_makes_keys(plane: Plane, role: Role) -> None:
    client = plane.clients[role]
    answers = [
        await client.get(KEYS.path),
        await client.post(KEYS.path, json={"name": "mine", "role": "admin"}),
        await client.delete(f"{KEYS.path}/key_none"),
    ]
    assert [(answer.status_code, problem(answer)["code"]) for answer in answers] == [(403, "auth.forbidden")] * 3


async def test_every_role_may_try_the_rules(plane: Plane) -> None:
    imagined: Json = {"called": "+15105550100", "calling": "+15105550199"}
    for client in plane.clients.values():
        assert (await client.post("/v1/dispatch-rules/resolve", json=imagined)).status_code == 200


async def test_a_key_is_checked_before_the_body_is(plane: Plane) -> None:
    async with client_of(plane.app) as nobody:
        assert (await nobody.post(NUMBERS.path, json={"number": "nonsense"})).status_code == 401
    answer = await plane.clients[Role.VIEWER].post(NUMBERS.path, json={"number": "nonsense"})
    assert answer.status_code == 403


async def test_the_internal_address_knows_no_api_key(plane: Plane) -> None:
    agent = await plane.agent()
    path = f"/internal/v1/agent-profiles/{agent['id']}"
    tokens = plane.container.tokens
    async with client_of(plane.internal, plane.keys[Role.ADMIN]) as client:
        assert (await client.get(path)).status_code == 401
        assert (await client.get("/v1/numbers")).status_code == 404
        good, other = tokens.sign("worker", "profiles", "worker-1"), tokens.sign("worker", "facts", "worker-1")
        for token, status in ((good, 200), (other, 401)):
            answer = await client.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
    assert (await plane.admin.get(path)).status_code == 404
