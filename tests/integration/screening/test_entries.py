"""Entries and their imports over REST."""

from __future__ import annotations

import pytest

from compliance.screening import importing
from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Plane, client_of, problem

ENTRIES, IMPORTS, LISTS = "/v1/screening/entries", "/v1/screening/imports", "/v1/screening/do-not-originate"
ANA = "+15105550111"


async def values(plane: Plane, **query: str) -> set[str]:
    return {one["value"] for one in (await plane.admin.get(ENTRIES, params=query)).json()["data"]}


async def test_a_value_is_on_one_list_once(plane: Plane) -> None:
    made = await plane.made(ENTRIES, list="block", kind="number", value="+1 510 555-0111")
    assert made["value"] == ANA
    for which in ("block", "allow"):
        again = await plane.admin.post(ENTRIES, json={"list": which, "kind": "number", "value": ANA})
        told = problem(again)
        assert (again.status_code, told["code"]) == (409, "screening.listed")
        assert made["id"] in told["detail"] and ANA not in told["detail"]


async def test_entries_are_found_by_list_kind_and_value(plane: Plane) -> None:
    await plane.made(ENTRIES, list="block", kind="number", value=ANA)
    await plane.made(ENTRIES, list="allow", kind="prefix", value="+1510")
    await plane.made(ENTRIES, list="allow", kind="source", value="192.0.2.7")
    assert await values(plane, list="allow") == {"+1510", "192.0.2.7/32"}
    assert await values(plane, kind="prefix") == {"+1510"}
    assert await values(plane, value="+1 510 555 0111") == {ANA}
    assert await values(plane, value="192.0.2.7") == {"192.0.2.7/32"}
    assert await values(plane, value="+1999") == set()
    assert problem(await plane.admin.get(ENTRIES, params={"value": "alice"}))["field"] == "value"


async def test_note_and_end_are_changed_and_what_is_named_stays(plane: Plane) -> None:
    made = await plane.made(ENTRIES, list="block", kind="number", value=ANA, note="rude")
    path = f"{ENTRIES}/{made['id']}"
    end = {"expires_at": "2027-01-31T00:00:00Z"}
    assert (await plane.admin.patch(path, json=end)).json() == made | end
    assert (await plane.admin.patch(path, json={"note": "", "expires_at": None})).json() == made | {"note": ""}
    for wrong in ({"value": "+15105550122"}, {"note": None}, {"expires_at": "9999-12-31T23:59:59-23:00"}):
        assert (await plane.admin.patch(path, json=wrong)).status_code == 422, wrong


async def test_who_may_not_see_numbers_sees_none_and_cannot_ask_for_one(plane: Plane) -> None:
    made = await plane.made(ENTRIES, list="block", kind="number", value=ANA, note="rude")
    viewer = plane.clients[Role.VIEWER]
    for path in (ENTRIES, f"{ENTRIES}/{made['id']}"):
        answer = await viewer.get(path)
        assert answer.status_code == 200 and ANA not in answer.text and "rude" in answer.text
    refused = await viewer.get(ENTRIES, params={"value": ANA})
    assert (refused.status_code, problem(refused)["code"]) == (403, "auth.forbidden")


async def test_only_who_may_change_the_configuration_may_change_the_lists(plane: Plane) -> None:
    made = await plane.made(ENTRIES, list="block", kind="number", value=ANA)
    operator = plane.clients[Role.OPERATOR]
    async with client_of(plane.app) as nobody:
        for client, status in ((operator, 403), (nobody, 401)):
            for method, path in (
                ("POST", ENTRIES), ("POST", IMPORTS), ("DELETE", f"{ENTRIES}/{made['id']}"), ("PUT", f"{LISTS}/own"),
                ("DELETE", f"{LISTS}/own"),
            ):  # fmt: skip
                body = {"list": "allow", "kind": "number", "value": "+15105550122"} if path == ENTRIES else None
                answer = await client.request(method, path, json=body)
                assert answer.status_code == status, (method, path, answer.text)
        assert (await nobody.get(LISTS)).status_code == 401
    assert await values(plane) == {ANA}


async def test_what_is_done_is_in_the_audit(plane: Plane) -> None:
    made = await plane.made(ENTRIES, list="block", kind="number", value=ANA)
    await plane.admin.post(IMPORTS, params={"list": "allow"}, content="+15105550122")
    await plane.admin.put(f"{LISTS}/own", content="+15105550133")
    await plane.admin.delete(f"{LISTS}/own")
    await plane.admin.delete(f"{ENTRIES}/{made['id']}")
    acts = await plane.rows("SELECT object, verb FROM audit ORDER BY id")
    assert [(act["object"], act["verb"]) for act in acts][-5:] == [
        (made["id"], "create"), ("allow", "import"), ("own", "import"), ("own", "delete"), (made["id"], "delete"),
    ]  # fmt: skip


async def test_a_file_is_taken_line_by_line_and_bad_ones_are_told(plane: Plane) -> None:
    await plane.made(ENTRIES, list="allow", kind="number", value="+15105550199")
    text = f"# ours\n{ANA}\n+1900*\nalice\n\n203.0.113.0/24\n+15105550100-+15105550150\n+15105550199\n{ANA}\n"
    answer = await plane.admin.post(IMPORTS, params={"list": "block"}, content=text)
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    assert (taken["added"], taken["kept"], taken["stopped_at"]) == (4, 1, None)
    assert [one["line"] for one in taken["rejected"]] == [4, 8]
    assert "3 to 15 digits" in taken["rejected"][0]["reason"] and "allow list" in taken["rejected"][1]["reason"]
    assert ANA not in answer.text
    assert await values(plane, list="block") == {ANA, "+1900", "203.0.113.0/24", "+15105550100-+15105550150"}


async def test_the_same_file_again_changes_nothing(plane: Plane) -> None:
    text = "".join(f"+1510555{n:04d}\n" for n in range(1200))
    first = (await plane.admin.post(IMPORTS, params={"list": "block"}, content=text)).json()
    again = (await plane.admin.post(IMPORTS, params={"list": "block"}, content=text)).json()
    assert (first["added"], first["kept"], again["added"], again["kept"]) == (1200, 0, 0, 1200)
    assert len(await plane.rows("SELECT id FROM screening_entries")) == 1200


async def test_a_table_names_list_note_and_end(plane: Plane) -> None:
    text = f'value,list,note,expires_at\n{ANA},allow,"Ana, at home",2027-01-31T00:00:00Z\n+1900,block,,\n'
    taken = (await plane.admin.post(IMPORTS, content=text)).json()
    assert [one["line"] for one in taken["rejected"]] == []
    (ana,) = (await plane.admin.get(ENTRIES, params={"list": "allow"})).json()["data"]
    assert (ana["value"], ana["note"], ana["expires_at"]) == (ANA, "Ana, at home", "2027-01-31T00:00:00Z")


async def test_a_file_of_another_kind_is_read_no_further(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_REJECTED", 3)
    text = f"{ANA}\nbad\nbad\nbad\n+15105550122\n"
    taken = (await plane.admin.post(IMPORTS, params={"list": "block"}, content=text)).json()
    assert (taken["added"], taken["stopped_at"], len(taken["rejected"])) == (1, 4, 3)
    assert await values(plane) == {ANA}


async def test_files_may_be_longer_than_other_bodies_but_not_endless(plane: Plane) -> None:
    long = b"# " + b"x" * 900 + b"\n"
    taken = await plane.admin.post(IMPORTS, params={"list": "block"}, content=long * 3000 + ANA.encode())
    assert (taken.status_code, taken.json()["added"]) == (200, 1)
    refused = await plane.admin.put(f"{LISTS}/own", headers={"Content-Length": str(33 * 1024 * 1024)}, content=b"")
    assert (refused.status_code, problem(refused)["code"]) == (413, "too_large")
    other = await plane.admin.post(ENTRIES, content=long * 3000)
    assert other.status_code == 413


async def test_do_not_originate_lists_are_put_told_and_removed(plane: Plane) -> None:
    put = await plane.admin.put(f"{LISTS}/carrier-1", params={"calling_code": "1"}, content="5105550111\nbob\n")
    assert put.status_code == 200, put.text
    made = put.json()
    assert (made["name"], made["numbers"], [one["line"] for one in made["rejected"]]) == ("carrier-1", 1, [2])
    shown = {key: value for key, value in made.items() if key != "rejected"}
    assert (await plane.admin.get(f"{LISTS}/carrier-1")).json() == shown
    assert (await plane.admin.get(LISTS)).json() == {"data": [shown]}
    assert (await plane.admin.delete(f"{LISTS}/carrier-1")).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await plane.admin.request(method, f"{LISTS}/carrier-1")).status_code == 404
    wrong = await plane.admin.put(f"{LISTS}/carrier-1", content="<html>")
    assert (wrong.status_code, problem(wrong)["code"]) == (422, "screening.no_numbers")
    assert (await plane.admin.put(f"{LISTS}/Not a name", content=ANA)).status_code == 422
