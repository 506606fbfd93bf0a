"""Secrets of agents' tools: they go in, are kept sealed, and come out for a worker whose agent names them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.control_plane import ControlPlane
from gateway.auth.scopes import Role
from gateway.bootstrap import secret_box
from gateway.kernel.errors import SetupError
from tests.integration.control_plane.plane import Json, Plane, client_of, problem

VALUE = "s3cr3t-of-the-crm"
TOOL: Json = {
    "name": "order_status",
    "when": "The caller asks where an order is.",
    "http": {"url": "https://crm.example/orders", "headers": {"Authorization": "Bearer {secret:CRM_KEY}"}},
}


async def stored(plane: Plane, name: str = "CRM_KEY", value: str = VALUE) -> Json:
    answer = await plane.admin.put(f"/v1/agent-secrets/{name}", json={"value": value})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def with_tool(plane: Plane) -> Json:
    return await plane.made("/v1/agents", name="receptionist", greeting="Hello", tools=[TOOL])


def inside(plane: Plane, token: str) -> httpx.AsyncClient:
    return client_of(plane.internal, token)


def worker(plane: Plane) -> str:
    return plane.container.tokens.sign("worker", "profiles", "worker-1")


async def test_a_value_goes_in_and_only_its_name_comes_out(plane: Plane) -> None:
    made, again = await stored(plane), await stored(plane, value=VALUE + "!")
    listed = await plane.admin.get("/v1/agent-secrets")
    assert made == again == {"name": "CRM_KEY", "updated_at": made["updated_at"], "updated_by": made["updated_by"]}
    assert made["updated_by"].startswith("key_")
    assert listed.json()["data"] == [made]


async def test_it_is_kept_sealed_and_neither_in_the_audit_nor_in_the_ledger(plane: Plane) -> None:
    await stored(plane)
    [row] = await plane.rows("SELECT * FROM agent_secrets")
    assert VALUE not in str(row) and plane.container.secrets.open(row["secret"]) == VALUE
    acts = await plane.rows("SELECT object, verb FROM audit WHERE object = 'CRM_KEY'")
    assert acts == [{"object": "CRM_KEY", "verb": "create"}]
    kept = [await plane.rows(f"SELECT * FROM {table}") for table in ("audit", "ledger_entries", "idempotency_keys")]
    assert VALUE not in str(kept) and row["secret"] not in str(kept)


@pytest.mark.parametrize("value", ["", f" {VALUE}", f"{VALUE}\r\nX-Other: y", f"{VALUE}ü", VALUE * 300, f"{VALUE}\0"])
async def test_what_fits_in_no_header_is_refused_and_not_repeated(plane: Plane, value: str) -> None:
    told = problem(await plane.admin.put("/v1/agent-secrets/CRM_KEY", json={"value": value}))
    assert (told["status"], told["field"]) == (422, "value")
    assert VALUE not in str(told)
    assert await plane.rows("SELECT name FROM agent_secrets") == []


@pytest.mark.parametrize("name", ["1KEY", "A.B", "x" * 64])
async def test_a_name_is_one_that_a_profile_can_name(plane: Plane, name: str) -> None:
    assert problem(await plane.admin.put(f"/v1/agent-secrets/{name}", json={"value": VALUE}))["field"] == "name"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_only_who_may_write_configuration_stores_and_deletes(plane: Plane, role: Role) -> None:
    await stored(plane)
    client = plane.clients[role]
    assert (await client.put("/v1/agent-secrets/CRM_KEY", json={"value": "other"})).status_code == 403
    assert (await client.delete("/v1/agent-secrets/CRM_KEY")).status_code == 403
    async with client_of(plane.app) as nobody:
        assert (await nobody.get("/v1/agent-secrets")).status_code == 401
    async with inside(plane, worker(plane)) as client:
        made = await with_tool(plane)
        assert (await client.get(f"/internal/v1/agent-secrets/{made['id']}")).json() == {"secrets": {"CRM_KEY": VALUE}}


async def test_one_that_an_agent_needs_is_not_deleted(plane: Plane) -> None:
    await stored(plane)
    agent = await with_tool(plane)
    told = problem(await plane.admin.delete("/v1/agent-secrets/CRM_KEY"))
    assert (told["status"], told["code"]) == (409, "agent_secret.in_use") and agent["id"] in told["todo"]
    await plane.admin.patch(f"/v1/agents/{agent['id']}", json={"tools": []})
    assert (await plane.admin.delete("/v1/agent-secrets/CRM_KEY")).status_code == 204
    assert problem(await plane.admin.delete("/v1/agent-secrets/CRM_KEY"))["todo"] == "GET /v1/agent-secrets"


async def test_a_worker_gets_what_the_agent_names_and_nothing_else(plane: Plane) -> None:
    await stored(plane)
    await stored(plane, "OTHER", "another value")
    agent, plain = await with_tool(plane), await plane.agent()
    async with inside(plane, worker(plane)) as client:
        answer = await client.get(f"/internal/v1/agent-secrets/{agent['id']}")
        none = await client.get(f"/internal/v1/agent-secrets/{plain['id']}")
        unknown = await client.get("/internal/v1/agent-secrets/agt_none")
    assert answer.json() == {"secrets": {"CRM_KEY": VALUE}} and answer.headers["cache-control"] == "no-store"
    assert none.json() == {"secrets": {}} and unknown.status_code == 404


async def test_nobody_else_gets_them(plane: Plane) -> None:
    await stored(plane)
    agent = await with_tool(plane)
    path, tokens = f"/internal/v1/agent-secrets/{agent['id']}", plane.container.tokens
    others = ["", plane.keys[Role.ADMIN], tokens.sign("worker", "facts", "w"), tokens.sign("node", "facts", "n")]
    for token in others:
        async with inside(plane, token) as client:
            answer = await client.get(path)
        assert answer.status_code == 401 and VALUE not in answer.text
    assert (await plane.admin.get(path)).status_code == 404  # it is not on the public address


async def test_the_worker_keeps_them_in_memory_alone_and_does_without_when_nobody_answers(
    plane: Plane, tmp_path: Path
) -> None:
    await stored(plane)
    agent = await with_tool(plane)
    cache = tmp_path / "cache"

    def plane_of(transport: httpx.AsyncBaseTransport) -> ControlPlane:
        return ControlPlane("http://api", plane.container.tokens, "worker-1", cache, transport=transport)

    def away(_: httpx.Request) -> Any:
        raise httpx.ConnectError("away")

    async with plane_of(httpx.ASGITransport(plane.internal)) as one:
        assert [tool.name for tool in (await one.profile(agent["id"])).tools] == ["order_status"]
        assert await one.agent_secrets(agent["id"]) == {"CRM_KEY": VALUE}
    assert any(cache.iterdir()) and not [file for file in cache.rglob("*") if VALUE in file.read_text()]
    async with plane_of(httpx.MockTransport(away)) as one:
        assert await one.agent_secrets(agent["id"]) == {}


async def test_a_key_file_that_is_gone_is_noticed(plane: Plane, tmp_path: Path) -> None:
    container = plane.container
    await stored(plane)
    settings = container.settings.model_copy(update={"key_file": tmp_path / "keys" / "new.key"})
    with pytest.raises(SetupError, match="missing"):
        await secret_box(settings, container.database)
