"""Contacts over REST: one by one, in pages, as CSV; numbers only for who may see them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from gateway.auth.scopes import Role
from gateway.campaigns.importing import storing
from gateway.campaigns.models import CampaignRow, ContactRow
from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import Json, Plane, problem

ANA, BEN, EVE = "+16145550100", "+442071838750", "+4917612345678"


async def campaign(plane: Plane, state: str = "draft") -> str:
    """Its path."""
    now, campaign_id = plane.clock.now(), new_id("cmp")
    async with plane.container.database.begin() as session:
        row = CampaignRow(id=campaign_id, name="reminders", state=state, why="", terms={}, contacts=0)
        row.created_at = row.updated_at = now
        session.add(row)
    return f"/v1/campaigns/{campaign_id}"


async def add(plane: Plane, path: str, *contacts: Json, **body: object) -> Any:
    return await plane.admin.post(f"{path}/contacts", json={"contacts": list(contacts), **body})


async def count(plane: Plane, path: str) -> tuple[int, int]:
    """As the campaign says, and as they are."""
    (row,) = await plane.rows(
        "SELECT contacts, (SELECT count(*) FROM campaign_contacts WHERE campaign_id = c.id) AS there "
        "FROM campaigns c WHERE id = :id",
        id=path.rpartition("/")[2],
    )
    return row["contacts"], row["there"]


async def test_each_contact_is_added_repeated_or_rejected_with_its_reason(plane: Plane) -> None:
    path = await campaign(plane)
    first = await add(
        plane, path, {"number": ANA, "ref": "c1", "place": "US-OH", "variables": {"name": "Ana", "age": 41}}
    )
    assert first.status_code == 200, first.text
    taken = (
        await add(
            plane, path, {"number": "614 555 0100"}, {"number": BEN}, {"number": "44 20 7183 8750"},
            {"number": "+44 20 7183 8750"}, {"number": "12"}, {"number": EVE, "place": "Berlin"},
            {"number": EVE, "variables": {"First": "x", "first": "y"}}, country="US",
        )
    ).json()  # fmt: skip
    assert [one["result"] for one in taken["contacts"]] == [
        "repeated", "added", "rejected", "repeated", "rejected", "rejected", "rejected"
    ]  # fmt: skip
    assert (taken["added"], taken["repeated"], taken["rejected"]) == (1, 2, 4)
    assert [one["field"] for one in taken["contacts"]][2:] == ["number", None, "number", "place", "header"]
    assert taken["contacts"][1]["position"] == taken["contacts"][3]["position"]
    assert all(one["reason"] for one in taken["contacts"] if one["result"] == "rejected")
    assert await count(plane, path) == (2, 2)
    (row,) = (await plane.admin.get(f"{path}/contacts", params={"number": ANA})).json()["data"]
    assert (row["number"], row["variables"], row["ref"], row["place"]) == (
        ANA,
        {"name": "Ana", "age": "41"},
        "c1",
        "US-OH",
    )
    assert (row["state"], row["attempts"], row["outcome"], row["import_id"]) == ("waiting", 0, None, None)


async def test_nobody_is_dialled_before_the_time_that_was_given(plane: Plane) -> None:
    path, later = await campaign(plane), plane.clock.now() + timedelta(days=2)
    await add(plane, path, {"number": ANA, "not_before": later.isoformat()}, {"number": BEN})
    rows = (await plane.admin.get(f"{path}/contacts")).json()["data"]
    assert [row["next_at"][:19] for row in rows] == [f"{at:%Y-%m-%dT%H:%M:%S}" for at in (later, plane.clock.now())]


async def test_pages_are_in_the_order_in_which_they_came(plane: Plane) -> None:
    path, other = await campaign(plane), await campaign(plane)
    numbers = [f"+1614555{n:04}" for n in range(5)]
    for number in numbers:
        await add(plane, path, {"number": number})
        await add(plane, other, {"number": number})
    found, cursor = list[str](), None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await plane.admin.get(f"{path}/contacts", params=query)).json()
        found += [row["number"] for row in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert found == numbers
    bad = await plane.admin.get(f"{path}/contacts", params={"cursor": "YWJj"})
    assert problem(bad)["field"] == "cursor"


async def test_states_and_outcomes_are_filtered(plane: Plane) -> None:
    path = await campaign(plane)
    taken = (await add(plane, path, {"number": ANA}, {"number": BEN})).json()["contacts"]
    await changed(plane, taken[0]["position"], state="done", outcome="busy")
    for query in ({"state": "done"}, {"outcome": "busy"}):
        rows = (await plane.admin.get(f"{path}/contacts", params=query)).json()["data"]
        assert [row["position"] for row in rows] == [taken[0]["position"]]


async def test_numbers_and_variables_are_for_who_may_see_them(plane: Plane) -> None:
    path, viewer = await campaign(plane), plane.clients[Role.VIEWER]
    (taken,) = (await add(plane, path, {"number": ANA, "variables": {"name": "Ana"}})).json()["contacts"]
    one = f"{path}/contacts/{taken['position']}"
    assert (await plane.admin.get(one)).json()["number"] == ANA
    shown = (await viewer.get(one)).json()
    assert (shown["number"], shown["variables"]) == (None, None)
    assert problem(await viewer.get(f"{path}/contacts", params={"number": ANA}))["status"] == 403
    assert problem(await viewer.get(f"{path}/contacts/export"))["status"] == 403
    assert problem(await viewer.post(f"{path}/contacts", json={"contacts": [{"number": BEN}]}))["status"] == 403
    assert problem(await viewer.delete(one))["status"] == 403


async def test_a_contact_is_removed_unless_it_is_being_dialled(plane: Plane) -> None:
    path = await campaign(plane)
    (taken,) = (await add(plane, path, {"number": ANA})).json()["contacts"]
    one = f"{path}/contacts/{taken['position']}"
    await changed(plane, taken["position"], state="open")
    assert problem(await plane.admin.delete(one))["code"] == "contact.open"
    await changed(plane, taken["position"], state="waiting")
    other = await campaign(plane)
    assert (await plane.admin.delete(f"{other}/contacts/{taken['position']}")).status_code == 404
    assert (await plane.admin.delete(one)).status_code == 204
    assert (await plane.admin.get(one)).status_code == 404
    assert await count(plane, path) == (0, 0)
    acts = await plane.rows("SELECT object, verb FROM audit ORDER BY id")
    assert {"object": f"{path[14:]}/{taken['position']}", "verb": "delete"} in acts
    assert (await add(plane, path, {"number": ANA})).json()["added"] == 1


@pytest.mark.parametrize(("state", "status"), [("running", 200), ("paused", 200), ("stopped", 409), ("finished", 409)])
async def test_a_campaign_that_is_over_takes_no_contacts(plane: Plane, state: str, status: int) -> None:
    answer = await add(plane, await campaign(plane, state), {"number": ANA})
    assert answer.status_code == status, answer.text


async def test_a_campaign_has_a_bound_and_nothing_is_taken_beyond_it(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MOST_CONTACTS", 2)
    path = await campaign(plane)
    assert (await add(plane, path, {"number": ANA}, {"number": BEN}, {"number": BEN})).status_code == 200
    refused = problem(await add(plane, path, {"number": EVE}))
    assert refused["code"] == "campaign.too_many_contacts" and "another campaign" in refused["todo"]
    assert await count(plane, path) == (2, 2)
    assert (await add(plane, path, {"number": ANA})).json()["repeated"] == 1


async def test_what_is_asked_wrongly_is_told(plane: Plane) -> None:
    path = await campaign(plane)
    assert problem(await add(plane, path, {"number": ANA}, country="XX"))["field"] == "country"
    assert problem(await add(plane, path, *[{"number": ANA}] * 1001))["status"] == 422
    assert problem(await add(plane, path, {"number": ANA, "name": "Ana"}))["status"] == 422
    assert (await add(plane, "/v1/campaigns/cmp_none", {"number": ANA})).status_code == 404
    assert (await plane.admin.get("/v1/campaigns/cmp_none/contacts")).status_code == 404
    assert (await plane.admin.get(f"{path}/contacts/99")).status_code == 404


async def test_the_export_escapes_formulas_and_is_read_again(plane: Plane) -> None:
    path, other = await campaign(plane), await campaign(plane)
    await add(
        plane, path, {"number": ANA, "ref": "c1", "variables": {"name": "Ana", "note": '=HYPERLINK("x")'}},
        {"number": BEN, "place": "GB", "line": "mobile", "variables": {"city": "London, SE1"}},
    )  # fmt: skip
    answer = await plane.admin.get(f"{path}/contacts/export")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["number"] for row in rows] == [f"'{ANA}", f"'{BEN}"]
    assert (rows[0]["note"], rows[1]["city"], rows[1]["note"]) == ('\'=HYPERLINK("x")', "London, SE1", "")
    assert [row["_state"] for row in rows] == ["waiting", "waiting"]
    again = await plane.admin.put(f"{other}/imports", content=answer.content)
    assert (again.json()["added"], again.json()["rejected"]) == (2, 0), again.text
    there = (await plane.admin.get(f"{other}/contacts")).json()["data"]
    assert [(row["number"], row["place"], row["line"]) for row in there] == [
        (ANA, None, "unknown"),
        (BEN, "GB", "mobile"),
    ]


async def changed(plane: Plane, position: int, **values: object) -> None:
    async with plane.container.database.begin() as session:
        row = await session.get_one(ContactRow, position)
        for name, value in values.items():
            setattr(row, name, value)
