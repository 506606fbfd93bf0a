"""Versions of an agent: every change is one, a draft is none until it is published, and there is a way back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from agents.models import MOST_VERSIONS, AgentRow
from agents.profile import AgentProfile
from gateway.auth.repository import record_act
from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Json, Plane, client_of, problem
from tests.integration.control_plane.test_pages import pages
from tests.integration.control_plane.test_places import TARGET

HOURS = {"intent": "opening_hours", "phrases": ["are you open"], "say": "From nine to five."}
WRITTEN: Json = {"name": "receptionist", "greeting": "Good day", "dialogue": [HOURS]}


def key_of(plane: Plane) -> str:
    return "key_" + plane.keys[Role.ADMIN].split("_")[2]


async def path_of(plane: Plane) -> str:
    """A fresh agent, version 1: Hello."""
    return f"/v1/agents/{(await plane.agent())['id']}"


async def drafted(plane: Plane, path: str, **content: Any) -> Json:
    answer = await plane.admin.put(f"{path}/draft", json=content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def published(plane: Plane, path: str, note: str = "", **content: Any) -> Json:
    await drafted(plane, path, **content)
    return await plane.made(f"{path}/publish", note=note)


async def versions(plane: Plane, path: str) -> list[Json]:
    return (await plane.admin.get(f"{path}/versions")).json()["data"]


async def held_with(plane: Plane, path: str) -> tuple[int, str]:
    """Version and greeting that a worker gets for the next call."""
    token = plane.container.tokens.sign("worker", "profiles", "worker-1")
    async with client_of(plane.internal) as worker:
        answer = await worker.get(
            f"/internal/v1/agent-profiles/{path.split('/')[-1]}", headers={"Authorization": f"Bearer {token}"}
        )
    return answer.json()["version"], answer.json()["greeting"]


async def test_what_is_made_is_version_1_and_every_change_the_next(plane: Plane) -> None:
    path = await path_of(plane)
    assert await held_with(plane, path) == (1, "Hello")
    plane.clock.go(60)
    assert (await plane.admin.patch(path, json={"greeting": "Good day"})).status_code == 200
    assert await held_with(plane, path) == (2, "Good day")
    told = {"note": "", "by": key_of(plane)}
    assert await versions(plane, path) == [
        {"n": 2, "published": True, "published_at": "2026-11-20T09:01:00Z", **told},
        {"n": 1, "published": False, "published_at": "2026-11-20T09:00:00Z", **told},
    ]
    assert (await plane.admin.get(f"{path}/versions/1")).json()["content"]["greeting"] == "Hello"


async def test_a_change_that_changes_nothing_is_no_version(plane: Plane) -> None:
    path = await path_of(plane)
    for body in ({}, {"greeting": "Hello"}, {"dialogue": []}):
        assert (await plane.admin.patch(path, json=body)).status_code == 200
    assert [one["n"] for one in await versions(plane, path)] == [1]


async def test_a_refused_change_is_no_version(plane: Plane) -> None:
    path = await path_of(plane)
    assert (await plane.admin.patch(path, json={"greeting": ""})).status_code == 422
    assert [one["n"] for one in await versions(plane, path)] == [1]


async def test_whoever_writes_the_profile_makes_a_version_of_it(plane: Plane) -> None:
    """Not only these endpoints: a plan that is carried out writes the row itself, and its act beside it."""
    path = await path_of(plane)
    async with plane.container.database.begin() as session:
        row = await session.get_one(AgentRow, path.split("/")[-1])
        row.content = row.content | {"greeting": "By a plan"}
        await record_act(session, "key_of_the_plan", row.id, "update", plane.clock.now())
    assert await held_with(plane, path) == (2, "By a plan")
    assert [(one["n"], one["by"]) for one in await versions(plane, path)] == [
        (2, "key_of_the_plan"), (1, key_of(plane)),
    ]  # fmt: skip


async def test_two_who_write_at_once_make_two_versions_and_two_who_publish_one(plane: Plane) -> None:
    path = await path_of(plane)
    bodies = [{"greeting": "Good day"}, {"farewell_phrases": ["bye"]}]
    both = await asyncio.gather(*(plane.admin.patch(path, json=body) for body in bodies))
    assert [answer.status_code for answer in both] == [200, 200]
    merged = (await plane.admin.get(path)).json()
    assert (merged["greeting"], merged["farewell_phrases"]) == ("Good day", ["bye"])
    await drafted(plane, path, **WRITTEN)
    both = await asyncio.gather(*(plane.admin.post(f"{path}/publish") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert [one["n"] for one in await versions(plane, path)] == [4, 3, 2, 1]


async def test_what_is_published_is_what_the_next_call_begins_with(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, **WRITTEN)
    plane.clock.go(60)
    made = await plane.made(f"{path}/publish", note="opening hours")
    assert made["content"]["dialogue"][0]["personal"] is False  # what was left out is as it would be in a change
    del made["content"]
    assert made == {
        "n": 2, "published": True, "note": "opening hours", "by": key_of(plane), "published_at": "2026-11-20T09:01:00Z",
    }  # fmt: skip
    assert await held_with(plane, path) == (2, "Good day")
    assert (await plane.admin.get(f"{path}/draft")).status_code == 404
    again = problem(await plane.admin.post(f"{path}/publish", json={}))
    assert (again["status"], again["code"]) == (409, "agent.no_draft") and "PUT" in again["todo"]


async def test_a_publish_sent_twice_under_one_key_is_done_once(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, **WRITTEN)
    first, second = [
        await plane.admin.post(f"{path}/publish", json={}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert (first.status_code, second.status_code) == (201, 201) and first.json() == second.json()
    assert [one["n"] for one in await versions(plane, path)] == [2, 1]


async def test_a_name_is_published_with_the_rest(plane: Plane) -> None:
    path = await path_of(plane)
    await published(plane, path, **WRITTEN | {"name": "front desk"})
    assert [one["name"] for one in (await plane.admin.get("/v1/agents")).json()["data"]] == ["front desk"]


async def test_a_rollback_publishes_what_was_as_a_new_version(plane: Plane) -> None:
    path = await path_of(plane)
    await published(plane, path, **WRITTEN)
    made = await plane.made(f"{path}/rollback", version=1, note="it was better")
    assert (made["n"], made["note"], made["content"]["greeting"]) == (3, "it was better", "Hello")
    assert await held_with(plane, path) == (3, "Hello")
    again = problem(await plane.admin.post(f"{path}/rollback", json={"version": 1}))
    assert (again["status"], again["code"]) == (409, "agent.unchanged")
    gone = problem(await plane.admin.post(f"{path}/rollback", json={"version": 99}))
    assert (gone["status"], gone["code"]) == (404, "agent.no_version") and gone["todo"] == f"GET {path}/versions"


async def test_a_rollback_to_what_names_a_target_that_is_gone_is_refused(plane: Plane) -> None:
    target, path = await plane.made("/v1/transfer-targets", **TARGET), await path_of(plane)
    for transfers in ([{"name": "ann", "target_id": target["id"]}], []):
        assert (await plane.admin.patch(path, json={"transfers": transfers})).status_code == 200
    assert (await plane.admin.delete(f"/v1/transfer-targets/{target['id']}")).status_code == 204
    refused = problem(await plane.admin.post(f"{path}/rollback", json={"version": 2}))
    assert (refused["status"], refused["field"]) == (422, "transfers.0.target_id")
    assert await held_with(plane, path) == (3, "Hello")


async def test_what_is_different_is_told_by_field(plane: Plane) -> None:
    path = await path_of(plane)
    assert (await plane.admin.get(f"{path}/diff")).status_code == 404
    await drafted(plane, path, **WRITTEN)
    told = (await plane.admin.get(f"{path}/diff")).json()
    entry = HOURS | {"tool": None, "ask_digits": None, "personal": False}
    assert told == {
        "from": "1",
        "to": "draft",
        "changes": [
            {"field": "greeting", "kind": "changed", "before": "Hello", "after": "Good day"},
            {"field": "dialogue.opening_hours", "kind": "added", "before": None, "after": entry},
        ],
    }
    await plane.made(f"{path}/publish")
    back = (await plane.admin.get(f"{path}/diff", params={"from": 2, "to": 1})).json()
    assert [(one["field"], one["kind"]) for one in back["changes"]] == [
        ("greeting", "changed"), ("dialogue.opening_hours", "removed"),
    ]  # fmt: skip
    assert (await plane.admin.get(f"{path}/diff", params={"to": "2"})).json()["changes"] == []
    for query in ({"from": 7}, {"to": 7}):
        assert problem(await plane.admin.get(f"{path}/diff", params=query))["code"] == "agent.no_version"
    assert (await plane.admin.get(f"{path}/diff", params={"to": "yesterday"})).status_code == 422


async def test_the_latest_versions_are_kept_and_the_oldest_are_not(plane: Plane) -> None:
    path = await path_of(plane)
    agent_id = path.split("/")[-1]
    for n in range(MOST_VERSIONS + 2):
        async with plane.container.database.begin() as session:
            row = await session.get_one(AgentRow, agent_id)
            row.content = row.content | {"greeting": f"Hello {n}"}
    rows = await plane.rows("SELECT n FROM agent_versions WHERE agent_id = :id ORDER BY n", id=agent_id)
    assert [row["n"] for row in rows] == list(range(4, MOST_VERSIONS + 4))
    assert (await plane.admin.get(f"{path}/versions/3")).status_code == 404
    found = await pages(plane, f"{path}/versions", 90)
    assert [len(page) for page in found] == [90, 90, 20]
    assert [one["n"] for page in found for one in page] == list(range(MOST_VERSIONS + 3, 3, -1))


@pytest.mark.parametrize("cursor", ["_w", "!!!", "YWd0XzE", "OTk5OTk5OTk5OTk5"])
async def test_a_cursor_that_is_not_ours_is_the_callers_error(plane: Plane, cursor: str) -> None:
    answer = await plane.admin.get(f"{await path_of(plane)}/versions", params={"cursor": cursor})
    assert (answer.status_code, problem(answer)["field"]) == (422, "cursor")


async def test_versions_and_draft_go_with_their_agent(plane: Plane) -> None:
    path = await path_of(plane)
    await drafted(plane, path, **WRITTEN)
    assert (await plane.admin.delete(path)).status_code == 204
    assert await plane.rows("SELECT n FROM agent_versions") == await plane.rows("SELECT * FROM agent_drafts") == []
    for one in ("draft", "versions", "versions/1", "diff"):
        assert problem(await plane.admin.get(f"{path}/{one}"))["todo"] == "GET /v1/agents"


async def test_who_may_only_read_reads_and_checks(plane: Plane) -> None:
    path, viewer = await path_of(plane), plane.clients[Role.VIEWER]
    await drafted(plane, path, **WRITTEN)
    for one in ("draft", "versions", "versions/1", "diff"):
        assert (await viewer.get(f"{path}/{one}")).status_code == 200
    assert (await viewer.post("/v1/agents/check", json=WRITTEN)).status_code == 200
    refused = [
        await viewer.put(f"{path}/draft", json=WRITTEN),
        await viewer.delete(f"{path}/draft"),
        await viewer.post(f"{path}/publish", json={}),
        await viewer.post(f"{path}/rollback", json={"version": 1}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert (await versions(plane, path))[0]["n"] == 1


async def test_every_act_is_in_the_audit_record(plane: Plane) -> None:
    path = await path_of(plane)
    await published(plane, path, **WRITTEN)
    await plane.made(f"{path}/rollback", version=1)
    await drafted(plane, path)
    await plane.admin.delete(f"{path}/draft")
    rows = await plane.rows("SELECT subject, verb FROM audit WHERE object = :id ORDER BY id", id=path.split("/")[-1])
    assert [row["verb"] for row in rows] == ["create", "draft", "publish", "rollback", "draft", "delete draft"]
    assert {row["subject"] for row in rows} == {key_of(plane)}


def test_a_profile_from_before_versions_were_served_is_still_read() -> None:
    kept = json.dumps({"id": "agt_1", "name": "a", "greeting": "Hello"})
    assert AgentProfile.model_validate_json(kept).version == 0
