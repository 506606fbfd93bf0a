"""Files of contacts over REST: every row is added, repeated or rejected, and what breaks off goes on from there."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.auth.scopes import Role
from gateway.campaigns.importing import file as files
from gateway.campaigns.importing import parsing, storing
from gateway.campaigns.importing.file import Wanted
from gateway.campaigns.importing.run import ABANDONED, ContactImports
from gateway.campaigns.models import CampaignRow, ImportRow
from tests.integration.campaigns.test_contacts import ANA, BEN, EVE, add, campaign, count
from tests.integration.control_plane.plane import Json, Plane, problem

DOCS = Path(__file__).parents[3] / "docs" / "contacts.md"
US = {"country": "US"}


async def put(plane: Plane, path: str, content: bytes | str, **query: str) -> Any:
    return await plane.admin.put(f"{path}/imports", content=content, params=query)


async def rejected(plane: Plane, path: str, taken: Json) -> list[tuple[int, str]]:
    """Lines and fields."""
    page = (await plane.admin.get(f"{path}/imports/{taken['id']}/rejected")).json()
    assert all(one["reason"] for one in page["data"])
    return [(one["line"], one["field"]) for one in page["data"]]


def counts(taken: Json) -> tuple[int, int, int, int]:
    return taken["rows"], taken["added"], taken["repeated"], taken["rejected"]


async def test_every_row_is_added_repeated_or_rejected_and_none_is_lost(plane: Plane) -> None:
    path = await campaign(plane)
    text = (
        "Phone;id;First Name;Note\r\n"
        f'{ANA};c1;Ana;"two\r\nlines; ""quoted"""\r\n'
        "(614) 555-0101;c2;José;=1+1\r\n"
        f"{ANA};c3;again;\r\n"
        "1.61455501E+10;c4;spreadsheet;\r\n"
        "\r\n"
        '"+442071838750;c5;never closed\r\n'
        f"{EVE};c6;Eve;;too many\r\n"
        f"{BEN};c7;Ben\r\n"
    )
    answer = await put(plane, path, text.encode("cp1252"), **US)
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    assert counts(taken) == (7, 3, 1, 3) and taken["state"] == "done" and taken["encoding"] == "cp1252"
    assert taken["sha256"] == hashlib.sha256(text.encode("cp1252")).hexdigest() and taken["ended_at"]
    assert await rejected(plane, path, taken) == [(6, "number"), (8, ""), (9, "")]
    rows = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert [(row["number"], row["ref"], row["file_line"]) for row in rows] == [
        (ANA, "c1", 2), ("+16145550101", "c2", 4), (BEN, "c7", 10)
    ]  # fmt: skip
    assert rows[0]["variables"] == {"first_name": "Ana", "note": 'two\nlines; "quoted"'}
    assert rows[1]["variables"] == {"first_name": "José", "note": "=1+1"}
    assert await count(plane, path) == (3, 3)
    assert (await plane.admin.get(f"{path}/imports/{taken['id']}")).json() == taken
    assert (await plane.admin.get(f"{path}/imports")).json()["data"] == [taken]


async def test_the_same_file_again_changes_nothing_and_is_no_fault(plane: Plane) -> None:
    path = await campaign(plane)
    await put(plane, path, f"number,name\n{ANA},Ana\n")
    again = (await put(plane, path, f"number,name\n{ANA},Somebody\n{BEN},Ben\n")).json()
    assert counts(again) == (2, 1, 1, 0)
    rows = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert [row["variables"]["name"] for row in rows] == ["Ana", "Ben"]


@pytest.mark.parametrize("lines", [True, False])
async def test_json_is_an_array_or_an_object_on_each_line(plane: Plane, lines: bool) -> None:
    path = await campaign(plane)
    rows: list[Json] = [{"msisdn": ANA, "age": 41}, {"msisdn": "x"}, {"msisdn": BEN, "variables": {"age": 42}}]
    text = "\n".join(json.dumps(row) for row in rows) if lines else json.dumps(rows, indent=1)
    taken = (await put(plane, path, text, format="json")).json()
    assert counts(taken) == (3, 2, 0, 1)
    assert await rejected(plane, path, taken) == [(2 if lines else 6, "number")]
    there = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert [row["variables"] for row in there] == [{"age": "41"}, {"age": "42"}]


async def test_the_column_and_the_encoding_can_be_named(plane: Plane) -> None:
    path = await campaign(plane)
    text = f"Komórka,imię\n{ANA},Łucja\n".replace("imię", "name")
    taken = await put(plane, path, text.encode("cp1250"), number_column="komórka", encoding="cp1250")
    assert taken.json()["added"] == 1, taken.text
    (row,) = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert row["variables"] == {"name": "Łucja"}


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"", {}, "contacts.empty"),
        (b"name,city\nAna,Bonn\n", {}, "contacts.no_number_column"),
        (b"+16145550100\n+16145550101\n", {}, "contacts.columns"),
        (b"PK\x03\x04workbook", {}, "contacts.no_text"),
        (b"number\n+16145550100\n", {"format": "json"}, "contacts.no_json"),
        (b'[{"number": "+16145550100"}', {"format": "json"}, "contacts.cut_off"),
        (b"number\n", {"country": "XX"}, "invalid"),
        (b"number\n", {"country": "us"}, "invalid"),
        (b"number\n", {"encoding": "rot13"}, "invalid"),
    ],
)
async def test_a_file_that_is_none_of_contacts_is_refused_with_what_to_do(
    plane: Plane, content: bytes, query: dict[str, str], code: str
) -> None:
    path = await campaign(plane)
    refused = problem(await put(plane, path, content, **query))
    assert refused["code"] == code and refused["todo"]
    told = (await plane.admin.get(f"{path}/imports")).json()["data"]
    assert [(one["state"], bool(one["why"])) for one in told] == ([("broken", True)] if "contacts" in code else [])


@pytest.mark.parametrize("state", ["stopped", "finished"])
async def test_a_campaign_that_is_over_takes_no_file(plane: Plane, state: str) -> None:
    refused = problem(await put(plane, await campaign(plane, state), f"number\n{ANA}\n"))
    assert refused["code"] == "campaign.state" and refused["status"] == 409
    assert (await put(plane, "/v1/campaigns/cmp_none", b"number\n")).status_code == 404


async def test_rejected_rows_come_in_pages_in_the_order_of_the_file(plane: Plane) -> None:
    path = await campaign(plane)
    taken = (await put(plane, path, "number\n" + "x\n" * 7)).json()
    where, found, cursor = f"{path}/imports/{taken['id']}/rejected", list[int](), ""
    while cursor is not None:
        page = (await plane.admin.get(where, params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        found, cursor = found + [one["line"] for one in page["data"]], page["next_cursor"]
    assert found == list(range(2, 9))
    assert (await plane.admin.get(f"{await campaign(plane)}/imports/{taken['id']}/rejected")).status_code == 404
    assert (await plane.clients[Role.VIEWER].get(where)).status_code == 200
    assert (await plane.clients[Role.VIEWER].put(f"{path}/imports", content=b"number\n")).status_code == 403


class Gone(Exception):
    """The client went away in the middle of its file."""


def imports_of(plane: Plane) -> ContactImports:
    return ContactImports(plane.container.database, plane.clock, plane.app.state.privacy.key)


def numbers(count: int) -> list[str]:
    return [f"+1614{n // 10_000 + 555}{n % 10_000:04}" for n in range(count)]


async def test_what_was_taken_when_a_file_breaks_off_stays_and_the_same_file_goes_on_from_there(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 10)
    path = await campaign(plane)
    text = "number\n" + "\n".join(numbers(200)) + "\n"

    async def broken() -> AsyncIterator[bytes]:
        yield text[: len(text) // 2].encode()
        raise Gone

    with pytest.raises(Gone):
        await imports_of(plane).run(path[14:], broken(), Wanted(), by="key_1")
    (told,) = (await plane.admin.get(f"{path}/imports")).json()["data"]
    assert told["state"] == "broken" and "send it again" in told["why"] and told["sha256"] == ""
    assert 0 < told["added"] < 100 and await count(plane, path) == (told["added"], told["added"])
    again = (await put(plane, path, text)).json()
    assert counts(again) == (200, 200 - told["added"], told["added"], 0)
    rows = await plane.rows("SELECT pii_number FROM campaign_contacts ORDER BY position")
    assert [row["pii_number"] for row in rows] == numbers(200)


async def test_how_far_it_is_can_be_watched(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 10)
    path, rest = await campaign(plane), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield ("number\n" + "\n".join(numbers(100)) + "\n").encode()
        await rest.wait()

    running = asyncio.create_task(imports_of(plane).run(path[14:], slow(), Wanted(), by="key_1"))
    told: Json = {"rows": 0}
    while not told["rows"]:
        found = (await plane.admin.get(f"{path}/imports")).json()["data"]
        told = found[0] if found else told
        assert not running.done()
    assert told["state"] == "reading" and told["ended_at"] is None and told["rows"] == told["added"]
    rest.set()
    row = await running
    assert (row.state, row.rows, row.added) == ("done", 100, 100)


async def test_an_import_whose_process_died_is_broken_in_the_end(plane: Plane) -> None:
    path = await campaign(plane)
    async with plane.container.database.begin() as session:
        at = plane.clock.now() - ABANDONED - timedelta(seconds=1)
        session.add(ImportRow(id="imp_1", campaign_id=path[14:], state="reading", started_at=at, ended_at=None))
    await put(plane, path, f"number\n{ANA}\n")
    assert [one["state"] for one in (await plane.admin.get(f"{path}/imports")).json()["data"]] == ["broken", "done"]


async def test_a_campaign_that_is_stopped_meanwhile_takes_no_more(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 10)
    path = await campaign(plane, "running")

    async def stopped_meanwhile() -> AsyncIterator[bytes]:
        yield ("number\n" + "\n".join(numbers(100)) + "\n").encode()
        async with plane.container.database.begin() as session:
            (await session.get_one(CampaignRow, path[14:])).state = "stopped"
        yield ("\n".join(numbers(200)[100:]) + "\n").encode()

    with pytest.raises(Exception, match="stopped"):
        await imports_of(plane).run(path[14:], stopped_meanwhile(), Wanted(), by="key_1")
    (told,) = (await plane.admin.get(f"{path}/imports")).json()["data"]
    assert told["state"] == "broken" and "stopped" in told["why"]
    assert await count(plane, path) == (told["added"], told["added"])


async def test_a_file_that_is_too_long_for_the_campaign_is_refused_with_what_to_do(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MOST_CONTACTS", 30)
    monkeypatch.setattr(files, "AT_ONCE", 10)
    path = await campaign(plane)
    refused = problem(await put(plane, path, "number\n" + "\n".join(numbers(35))))
    assert refused["code"] == "campaign.too_many_contacts" and "another campaign" in refused["todo"]
    assert await count(plane, path) == (30, 30)
    monkeypatch.setattr(files, "MOST_ROWS", 10)
    refused = problem(await put(plane, path, "number\n" + "x\n" * 40_000))
    assert refused["code"] == "contacts.too_many_rows"


async def test_two_files_at_once_have_every_number_once(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 10)
    path = await campaign(plane)
    there, back = numbers(120)[:100], list(reversed(numbers(120)))[:100]
    both = await asyncio.gather(*(put(plane, path, "number\n" + "\n".join(some)) for some in (there, back)))
    taken = [one.json() for one in both]
    assert sum(one["added"] for one in taken) == 120 and sum(one["repeated"] for one in taken) == 80
    assert await count(plane, path) == (120, 120)


async def test_a_long_file_is_read_by_processes_of_its_own(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 50)
    monkeypatch.setattr(parsing, "LONG", 100)
    monkeypatch.setattr(parsing, "WORKERS", 1)
    path = await campaign(plane)
    some = numbers(1000)
    some[600] = "bad"
    taken = (await put(plane, path, "number\n" + "\n".join(some))).json()
    assert counts(taken) == (1000, 999, 0, 1) and await rejected(plane, path, taken) == [(602, "number")]
    rows = await plane.rows("SELECT pii_number FROM campaign_contacts ORDER BY position")
    assert [row["pii_number"] for row in rows] == [one for one in some if one != "bad"]


async def test_several_long_files_at_once_are_all_read(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 50)
    monkeypatch.setattr(parsing, "LONG", 100)
    monkeypatch.setattr(parsing, "WORKERS", 1)
    paths = [await campaign(plane) for _ in range(2)]
    text = "number\n" + "\n".join(numbers(400))
    answers = await asyncio.gather(*(put(plane, path, text) for path in paths))
    assert [counts(one.json()) for one in answers] == [(400, 400, 0, 0)] * 2
    await imports_of(plane).run(paths[0][14:], _once(b"number\n"), Wanted(), by="key_1")


def _dies() -> None:
    os._exit(1)


async def test_a_reading_process_that_is_killed_breaks_the_import_and_the_file_can_be_sent_again(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 50)
    monkeypatch.setattr(parsing, "LONG", 100)
    path, text = await campaign(plane), "number\n" + "\n".join(numbers(400))
    with monkeypatch.context() as killed:
        killed.setattr(parsing, "_prepare", _dies)
        refused = problem(await put(plane, path, text))
    assert refused["status"] == 503 and "send the file again" in refused["todo"]
    (told,) = (await plane.admin.get(f"{path}/imports")).json()["data"]
    assert told["state"] == "broken" and "killed" in told["why"]
    monkeypatch.setattr(parsing, "LONG", 1000)
    again = (await put(plane, path, text)).json()
    assert again["added"] + again["repeated"] == 400 and await count(plane, path) == (400, 400)


async def test_what_is_audited_says_nothing_of_who_is_in_the_file(plane: Plane) -> None:
    path = await campaign(plane)
    taken = (await put(plane, path, f"number,name\n{ANA},Ana\nbob,x\n")).json()
    await add(plane, path, {"number": BEN})
    acts = await plane.rows("SELECT object, verb FROM audit ORDER BY id")
    assert [one["verb"] for one in acts if one["object"] == taken["id"]] == ["import", "done"]
    assert {"object": path[14:], "verb": "add contacts"} in acts
    kept = await plane.rows("SELECT field, reason FROM campaign_rejected_lines")
    assert len(kept) == 1 and "bob" not in str(kept)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_a_body_beyond_the_bound_of_a_file_is_refused_and_others_have_their_own(plane: Plane) -> None:
    path = await campaign(plane)
    too_long = {"Content-Length": str(201 * 1024 * 1024)}
    assert (await plane.admin.put(f"{path}/imports", content=b"", headers=too_long)).status_code == 413
    too_long = {"Content-Length": str(3 * 1024 * 1024)}
    assert (await plane.admin.post(f"{path}/contacts", content=b"", headers=too_long)).status_code == 413


@pytest.mark.parametrize(("language", "query", "names"), [
    ("csv", {"format": "csv", "country": "US"}, ["Ana", "Ben", "Chloé"]),
    ("json", {"format": "json"}, ["Ana", "Chloé"]),
])  # fmt: skip
async def test_the_examples_of_the_documentation_are_read(
    plane: Plane, language: str, query: dict[str, str], names: list[str]
) -> None:
    example = DOCS.read_text().split(f"```{language}\n")[1].split("```")[0]
    path = await campaign(plane)
    taken = (await put(plane, path, example, **query)).json()
    assert counts(taken) == (len(names), len(names), 0, 0), taken
    rows = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert [row["variables"]["first_name"] for row in rows] == names
