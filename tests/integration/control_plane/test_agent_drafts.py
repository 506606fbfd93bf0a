"""Drafts of an agent: kept however wrong they are, told field by field, and not published before they are right."""

from __future__ import annotations

import pytest

from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.integration.control_plane.test_agent_versions import (
    HOURS,
    WRITTEN,
    drafted,
    held_with,
    key_of,
    path_of,
    versions,
)

JSON = {"Content-Type": "application/json"}


async def test_a_draft_is_kept_as_it_is_written_and_no_call_sees_it(plane: Plane) -> None:
    path = await path_of(plane)
    wrong: Json = {"greeting": "", "dialogue": [{"intent": "x", "say": 5, "mood": "good"}], "transfers": "Ann"}
    told = await drafted(plane, path, **wrong)
    assert told["content"] == wrong
    assert (told["begun_on"], told["published"], told["draft_by"]) == (1, 1, key_of(plane))
    assert {one["field"]: one["what"] for one in told["problems"]} == {
        "name": "it is missing",
        "greeting": "String should have at least 1 character",
        "dialogue.0.phrases": "it is missing",
        "dialogue.0.say": "Input should be a valid string",
        "dialogue.0.mood": "there is no such field",
        "transfers": "Input should be a valid list",
    }
    assert all(one["todo"] for one in told["problems"])
    assert (await plane.admin.get(f"{path}/draft")).json() == told
    assert await held_with(plane, path) == (1, "Hello")
    assert [one["n"] for one in await versions(plane, path)] == [1]


async def test_a_draft_with_errors_is_not_published_and_says_where(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, **WRITTEN | {"dialogue": [HOURS, {"intent": "pay", "phrases": ["pay"]}]})
    refused = problem(await plane.admin.post(f"{path}/publish", json={}))
    assert (refused["status"], refused["code"], refused["field"]) == (422, "agent.invalid", "dialogue.1.say")
    assert "dialogue.1.say: it is missing" in refused["detail"] and refused["todo"] == "write it"
    assert await held_with(plane, path) == (1, "Hello")
    assert (await plane.admin.get(f"{path}/draft")).status_code == 200


async def test_all_that_is_wrong_is_told_at_once(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, greeting="", transfers=[{"name": "ann", "target_id": new_id("tgt")}])
    told = problem(await plane.admin.post(f"{path}/publish"))["detail"]
    assert all(field in told for field in ("name:", "greeting:", "transfers.0.target_id: there is no transfer target"))


async def test_a_draft_begun_before_another_version_does_not_undo_it(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, **WRITTEN)
    await plane.admin.patch(path, json={"farewell_phrases": ["bye"]})
    await drafted(plane, path, **WRITTEN | {"greeting": "Hi"})  # written again, it is still the one that was begun
    refused = problem(await plane.admin.post(f"{path}/publish", json={}))
    assert (refused["status"], refused["code"]) == (409, "agent.draft_behind")
    assert "begun on version 1, and version 2 has been" in refused["detail"] and "delete" in refused["todo"]
    assert (await plane.admin.delete(f"{path}/draft")).status_code == 204
    assert (await drafted(plane, path, **WRITTEN))["begun_on"] == 2
    assert (await plane.made(f"{path}/publish"))["n"] == 3


async def test_a_draft_that_says_what_is_published_is_not_published(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, name="receptionist", greeting="Hello", max_turn_wait_s=1.2)
    refused = problem(await plane.admin.post(f"{path}/publish", json={}))
    assert (refused["status"], refused["code"]) == (409, "agent.unchanged")


async def test_a_capture_that_a_rule_begins_stays(plane: Plane) -> None:
    trunk, path = await plane.trunk(), await path_of(plane)
    await plane.admin.patch(path, json={"captures": [{"name": "card", "fields": ["card_number"]}]})
    rule = await plane.rule(trunk, {"id": path.split("/")[-1]}, capture="card")
    for captures in ({}, {"captures": []}):
        told = await drafted(plane, path, **WRITTEN | captures)
        assert [(one["field"], rule["id"] in one["what"], rule["id"] in one["todo"]) for one in told["problems"]] == [
            ("captures", True, True)
        ]
    assert problem(await plane.admin.post(f"{path}/publish"))["field"] == "captures"
    back = problem(await plane.admin.post(f"{path}/rollback", json={"version": 1}))
    assert (back["status"], back["field"]) == (422, "captures") and "version 1 cannot be published" in back["detail"]


async def test_a_tool_needs_its_secret_before_it_is_published(plane: Plane) -> None:
    path = await path_of(plane)
    http = {"url": "https://crm.example/hours", "headers": {"Authorization": "Bearer {secret:CRM_KEY}"}}
    tools = [{"name": "hours", "when": "The caller asks for the hours.", "http": http}]
    told = await drafted(plane, path, **WRITTEN | {"tools": tools})
    assert [(one["field"], one["what"]) for one in told["problems"]] == [("tools", "there is no secret CRM_KEY")]
    assert problem(await plane.admin.post(f"{path}/publish"))["field"] == "tools"
    stored = await plane.admin.put("/v1/agent-secrets/CRM_KEY", json={"value": "s3cret"})
    assert stored.is_success, stored.text
    assert (await plane.made(f"{path}/publish"))["content"]["tools"][0]["name"] == "hours"


async def test_a_check_keeps_nothing_and_tells_everything(plane: Plane) -> None:
    told = await plane.admin.post("/v1/agents/check", json={"greeting": "Hi", "transfers": [{"target_id": "x"}]})
    assert told.status_code == 200
    fields = [one["field"] for one in told.json()["problems"]]
    assert fields == ["name", "transfers.0.name", "transfers.0.target_id"]
    assert (await plane.admin.post("/v1/agents/check", json=WRITTEN)).json() == {"problems": []}
    assert (await plane.admin.get("/v1/agents")).json()["data"] == []
    unknown = await plane.admin.post("/v1/agents/check", json=WRITTEN, params={"agent_id": new_id("agt")})
    assert unknown.status_code == 404


async def test_the_way_to_a_fault_is_that_of_the_text(plane: Plane) -> None:
    """Not that of a schema in which a field may be of several shapes."""
    captures = [{"name": "card", "fields": [{"kind": "horoscope"}, "tea_leaves", {}]}]
    answer = await plane.admin.post("/v1/agents/check", json={"name": "x", "greeting": "x", "captures": captures})
    fields = {one["field"] for one in answer.json()["problems"]}
    assert {"captures.0.fields.0.kind", "captures.0.fields.1", "captures.0.fields.2.kind"} <= fields
    assert all(field.startswith("captures.0.fields.") and field.split(".")[3] in "012" for field in fields)


@pytest.mark.parametrize("content", ['{"x": NaN}', '{"x": 1e999}', '{"x": "\\ud800"}', '{"x": ' * 60 + "1" + "}" * 60])
async def test_what_no_json_can_carry_is_no_draft(plane: Plane, content: str) -> None:
    path = await path_of(plane)
    for answer in (
        await plane.admin.put(f"{path}/draft", content=content, headers=JSON),
        await plane.admin.post("/v1/agents/check", content=content, headers=JSON),
    ):
        assert problem(answer)["status"] == 422
    assert (await plane.admin.get(f"{path}/draft")).status_code == 404


async def test_a_nul_is_kept_in_a_draft_and_told(plane: Plane) -> None:
    path = await path_of(plane)
    told = await drafted(plane, path, name="a", greeting="a\0b")
    assert told["content"]["greeting"] == "a\0b"
    assert [(one["field"], one["what"]) for one in told["problems"]] == [("greeting", "it contains a NUL character")]
