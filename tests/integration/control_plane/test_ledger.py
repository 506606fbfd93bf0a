"""`/v1/audit`: who may see what, what is proved, and that an export is in the ledger itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compliance.ledger.checkpoint import Checkpoint, open_checkpoint
from compliance.ledger.findings import Report
from compliance.ledger.merkle import leaf_hash
from compliance.ledger.notes import read_key
from compliance.ledger.proofs import proves_consistency, proves_inclusion
from compliance.ledger.verify import Verification
from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Json, Plane, problem


async def asked(plane: Plane, path: str, **query: Any) -> Json:
    answer = await plane.admin.get(f"/v1/audit{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def exported(plane: Plane, **query: Any) -> tuple[list[Json], Report]:
    answer = await plane.admin.get("/v1/audit/export", params=query)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/x-ndjson")
    found = Verification(plane.container.ledger.key)
    for line in answer.text.splitlines():
        found.line(line)
    return [json.loads(line) for line in answer.text.splitlines()], found.end()


def opened(told: Json, note: str) -> Checkpoint:
    return open_checkpoint(told[note], read_key(told["key"])).checkpoint


async def test_only_who_may_sees_it(plane: Plane) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        for path in ("entries", "entries/1/proof", "checkpoint", "export"):
            answer = await plane.clients[role].get(f"/v1/audit/{path}")
            assert (answer.status_code, problem(answer)["code"]) == (403, "auth.forbidden")


async def test_entries_are_found_by_what_they_are_about_a_page_at_a_time(plane: Plane) -> None:
    for number in range(5):
        await plane.number(f"+1510555010{number}")
        plane.clock.go(60)
    first = await asked(plane, "/entries", limit=2)
    second = await asked(plane, "/entries", limit=2, cursor=first["next_cursor"])
    third = await asked(plane, "/entries", limit=2, cursor=second["next_cursor"])
    assert [one["seq"] for page in (first, second, third) for one in page["data"]] == [5, 4, 3, 2, 1]
    assert third["next_cursor"] is None
    since = (await asked(plane, "/entries", since=first["data"][1]["at"]))["data"]
    assert [one["seq"] for one in since] == [5, 4]
    assert (await asked(plane, "/entries", kind="dial"))["data"] == []
    assert (await asked(plane, "/entries", call_id="call_none"))["data"] == []
    assert problem(await plane.admin.get("/v1/audit/entries?cursor=eHh4"))["field"] == "cursor"
    assert problem(await plane.admin.get("/v1/audit/entries?kind=gossip"))["field"] == "kind"


async def test_every_entry_is_proved_and_every_checkpoint_goes_on_from_the_one_before(plane: Plane) -> None:
    assert problem(await plane.admin.get("/v1/audit/checkpoint"))["detail"] == "the ledger is empty"
    older: list[Checkpoint] = []
    for number in range(6):
        await plane.number(f"+1510555010{number}")
        for old in older:
            told = await asked(plane, "/checkpoint", since=old.size)
            new, steps = opened(told, "note"), [bytes.fromhex(one) for one in told["consistency"]]
            assert proves_consistency(old.size, new.size, old.root, new.root, steps)
        told = await asked(plane, "/checkpoint")
        assert (told["size"], told["problem"], told["consistency"]) == (number + 1, "", None)
        older.append(opened(told, "note"))
    for seq in range(1, 7):
        told = await asked(plane, f"/entries/{seq}/proof")
        under, hashed = opened(told, "checkpoint"), leaf_hash(told["leaf"].encode())
        steps = [bytes.fromhex(one) for one in told["proof"]]
        assert hashed.hex() == told["leaf_hash"] and proves_inclusion(hashed, seq - 1, under.size, steps, under.root)
    assert (await plane.admin.get("/v1/audit/entries/7/proof")).status_code == 404
    assert problem(await plane.admin.get("/v1/audit/checkpoint?since=7"))["field"] == "since"


async def test_an_export_verifies_and_is_an_entry(plane: Plane) -> None:
    await plane.number()
    lines, report = await exported(plane)
    assert report.good and (report.entries, report.values) == (2, 0)
    told = json.loads(lines[2]["leaf"])
    assert (told["kind"], told["facts"]["personal"], lines[0]["personal"]) == ("export", False, False)
    assert "+15105550100" not in json.dumps(lines)
    lines, report = await exported(plane, personal=True)
    assert report.good and report.entries == 3 and "+15105550100" in json.dumps(lines)
    lines, report = await exported(plane, kind="export", call_id="")
    assert report.good and report.entries == 0  # an export of everything is about no call
    lines, report = await exported(plane, kind="export")
    assert report.good and report.entries == 4 and lines[0]["whole"] is False


@pytest.mark.parametrize("path", ["entries", "entries/1/proof", "checkpoint", "export?kind=admin"])
async def test_what_was_damaged_is_said(plane: Plane, path: str) -> None:
    await plane.number()
    async with plane.container.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE ledger_entries SET leaf = '{}' WHERE seq = 1")
    answer = await plane.admin.get(f"/v1/audit/{path}")
    assert (answer.status_code, problem(answer)["code"]) == (503, "ledger.damaged")
    _, report = await exported(plane)
    assert (report.findings[0].seq, report.good) == (1, False)
