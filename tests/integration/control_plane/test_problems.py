"""What a wrong request is told: a problem document that names the field and the next step."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from gateway.rest.edge import LONGEST_BODY
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.integration.control_plane.resources import ALL, CONFIGURED, NUMBERS, Resource

every = pytest.mark.parametrize("resource", ALL, ids=str)
JSON = {"Content-Type": "application/json"}


@every
async def test_an_unknown_field_is_named(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    answer = await plane.admin.post(resource.path, json=body | {"colour": "red"})
    assert answer.status_code == 422
    told = problem(answer)
    assert (told["field"], told["code"]) == ("colour", "invalid")
    assert told["todo"]


@every
async def test_a_wrong_type_is_named(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    answer = await plane.admin.post(resource.path, json=body | resource.wrong)
    assert answer.status_code == 422
    assert problem(answer)["field"].split(".")[0] in resource.wrong


@pytest.mark.parametrize("resource", CONFIGURED, ids=str)
async def test_a_change_is_checked_like_a_create(plane: Plane, resource: Resource) -> None:
    made = await resource.made(plane)
    for wrong in (resource.wrong, {"colour": "red"}, {"id": "x"}, {"created_at": None}):
        answer = await plane.admin.patch(f"{resource.path}/{made['id']}", json=wrong)
        assert answer.status_code == 422, wrong
        assert problem(answer)["field"].split(".")[0] in wrong
    assert (await plane.admin.get(f"{resource.path}/{made['id']}")).json() == made


@every
async def test_a_missing_field_is_named(plane: Plane, resource: Resource) -> None:
    body = await resource.body(plane, 1)
    del body[next(iter(body))]
    told = problem(await plane.admin.post(resource.path, json=body))
    assert (told["status"], told["field"]) == (422, next(iter(await resource.body(plane, 1))))


MALFORMED = [b'{"name": ', b"\xff\xfe", b"[" * 100_000, b'{"name": ' + b"9" * 5000 + b"}"]


@every
@pytest.mark.parametrize("body", MALFORMED, ids=["cut off", "no UTF-8", "very deep", "a number of 5000 digits"])
async def test_what_is_not_json_cannot_be_read(plane: Plane, resource: Resource, body: bytes) -> None:
    answer = await plane.admin.post(resource.path, content=body, headers=JSON)
    assert answer.status_code == 400, answer.text
    assert problem(answer)["todo"]


NOT_OBJECTS = [b"", b"null", b"[]", b'"text"', b"7"]


@every
@pytest.mark.parametrize("body", NOT_OBJECTS)
async def test_a_body_has_to_be_an_object(plane: Plane, resource: Resource, body: bytes) -> None:
    assert problem(await plane.admin.post(resource.path, content=body, headers=JSON))["status"] == 422


@every
@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "half a surrogate pair"])
async def test_a_text_that_no_database_keeps_is_the_callers_error(plane: Plane, resource: Resource, text: str) -> None:
    body = await resource.body(plane, 1)
    value, name = json.dumps(body | {"name": text}), json.dumps(body | {text: 1})
    answer = await plane.admin.post(resource.path, content=value, headers=JSON)
    assert (answer.status_code, problem(answer)["field"]) == (422, "name")
    assert problem(await plane.admin.post(resource.path, content=name, headers=JSON))["status"] == 422


@pytest.mark.parametrize(
    "body",
    [
        {"greeting": "a\0"},
        {"greeting": "\ud800"},
        {"\ud800": "x"},
        {"dialogue": [{"intent": "pay", "phrases": ["pay", "p\0y"], "say": "fine"}]},
    ],
)
async def test_a_text_that_no_database_keeps_is_refused_in_depth_and_in_a_change(plane: Plane, body: Json) -> None:
    agent = await plane.agent()
    answer = await plane.admin.patch(f"/v1/agents/{agent['id']}", content=json.dumps(body), headers=JSON)
    assert problem(answer)["status"] == 422
    assert (await plane.admin.get(f"/v1/agents/{agent['id']}")).json() == agent


NO_NUMBERS = ["5105550100", "alice", "", "+1", "+0000000000", "+1" + "5" * 20, "+49" + "1" * 15, "anonymous"]


@pytest.mark.parametrize("number", NO_NUMBERS)
async def test_a_number_that_is_not_e164_is_told_how_to_be(plane: Plane, number: str) -> None:
    told = problem(await plane.admin.post("/v1/numbers", json={"number": number}))
    assert (told["status"], told["field"]) == (422, "number")


async def test_a_number_is_kept_in_one_way_of_writing(plane: Plane) -> None:
    assert (await plane.number("+1 (510) 555-0100"))["number"] == "+15105550100"
    told = problem(await plane.admin.post("/v1/numbers", json={"number": "+1 510 555 0100"}))
    assert told["code"] == "number.taken"


async def test_an_announced_body_that_is_too_long_is_refused_unread(plane: Plane) -> None:
    answer = await plane.admin.post("/v1/agents", content=b" " * (LONGEST_BODY + 1), headers=JSON)
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


async def test_a_body_that_only_turns_out_too_long_is_refused(plane: Plane) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(LONGEST_BODY // 65536 + 1):
            yield b" " * 65536

    answer = await plane.admin.post("/v1/agents", content=parts(), headers=JSON)
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


async def test_a_long_but_allowed_body_is_read(plane: Plane) -> None:
    body = b'{"name": "a", "greeting": "hi"' + b" " * (LONGEST_BODY - 40) + b"}"
    assert (await plane.admin.post("/v1/agents", content=body, headers=JSON)).status_code == 201


async def test_an_unknown_path_and_an_unknown_method_are_problems_too(plane: Plane) -> None:
    assert problem(await plane.admin.get("/v1/teapots"))["code"] == "not_found"
    answer = await plane.admin.put("/v1/numbers", json={})
    assert problem(answer)["code"] == "method_not_allowed"
    assert "POST" in answer.headers["Allow"] or "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("SELECT 1", {}, Exception("gone")), 503, "database.unavailable"),
        (ZeroDivisionError("a defect"), 500, "internal"),
    ],
)
async def test_our_own_failures_are_problems_that_tell_no_internals(
    plane: Plane, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(plane.container.database, "begin", fail)
    transport = httpx.ASGITransport(plane.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {next(iter(plane.keys.values()))}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        answer = await client.get(NUMBERS.path)
    told = problem(answer)
    assert (told["status"], told["code"]) == (status, code)
    assert str(error) not in answer.text


async def test_a_trunk_with_wrong_terms_is_told_which(plane: Plane) -> None:
    cases: list[tuple[Json, str]] = [
        ({"allowed_addresses": ["carrier.example"]}, "trunk.address"),
        ({"allowed_addresses": ["192.0.2.0/255.255.255.0"]}, "trunk.address"),
        ({"allowed_addresses": ["192.0.2.0/33"]}, "trunk.address"),
        ({"auth_username": "carrier"}, "trunk.credentials"),
        ({"auth_password": "s3cret"}, "trunk.credentials"),
        ({"allowed_addresses": []}, "trunk.open"),
    ]
    for fields, code in cases:
        body = {"name": "carrier", "allowed_addresses": ["192.0.2.1"], **fields}
        told = problem(await plane.admin.post("/v1/inbound-trunks", json=body))
        assert (told["status"], told["code"]) == (422, code), fields
        assert told["field"]
        assert told["todo"]


async def test_a_reference_to_what_is_not_there_is_named(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    rule = {"name": "main", "trunk_ids": [trunk["id"]], "agent_id": agent["id"]}
    cases = [
        ("/v1/numbers", {"number": "+15105550100", "inbound_trunk_id": "trk_none"}, "inbound_trunk_id"),
        ("/v1/dispatch-rules", rule | {"trunk_ids": [trunk["id"], "trk_none"]}, "trunk_ids"),
        ("/v1/dispatch-rules", rule | {"agent_id": "agt_none"}, "agent_id"),
    ]
    for path, body, field in cases:
        told = problem(await plane.admin.post(path, json=body))
        assert (told["status"], told["field"]) == (404, field)
        assert told["todo"].startswith("GET /v1/")
