"""Cursor pages of every list: each item once, new before old, and a cursor that is not ours."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from tests.integration.control_plane.plane import Json, Plane, problem
from tests.integration.control_plane.resources import ALL, CONFIGURED, INBOUND, OUTBOUND, Resource

every = pytest.mark.parametrize("resource", ALL, ids=str)


async def pages(plane: Plane, path: str, limit: int) -> list[list[Json]]:
    """Every page, followed to its end."""
    found: list[list[Json]] = []
    cursor: str | None = None
    while True:
        wanted = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = (await plane.admin.get(path, params=wanted)).json()
        found.append(page["data"])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@every
async def test_all_pages_together_have_each_item_once(plane: Plane, resource: Resource) -> None:
    made = {(await resource.made(plane, n))["id"] for n in range(5)}
    found = await pages(plane, resource.path, 2)
    ids = [item["id"] for page in found for item in page]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == len(set(ids))
    assert made <= set(ids)
    assert all(len(page) == 2 for page in found[:-1])


@pytest.mark.parametrize("resource", CONFIGURED, ids=str)
async def test_a_list_that_fills_its_page_has_no_next_one(plane: Plane, resource: Resource) -> None:
    made = [await resource.made(plane, n) for n in range(3)]
    page = (await plane.admin.get(resource.path, params={"limit": 3})).json()
    assert [item["id"] for item in page["data"]] == [one["id"] for one in reversed(made)]
    assert page["next_cursor"] is None


async def test_what_is_made_between_two_pages_shifts_nothing(plane: Plane) -> None:
    made = [(await INBOUND.made(plane, n))["id"] for n in range(4)]
    first = (await plane.admin.get(INBOUND.path, params={"limit": 2})).json()
    await INBOUND.made(plane, 9)
    await plane.admin.delete(f"{INBOUND.path}/{made[2]}")
    rest = (await plane.admin.get(INBOUND.path, params={"cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in rest["data"]] == [made[1], made[0]]


async def test_inbound_and_outbound_trunks_are_lists_of_their_own(plane: Plane) -> None:
    inbound, outbound = await INBOUND.made(plane), await OUTBOUND.made(plane)
    assert await pages(plane, INBOUND.path, 10) == [[inbound]]
    assert await pages(plane, OUTBOUND.path, 10) == [[outbound]]
    assert (await plane.admin.get(f"{OUTBOUND.path}/{inbound['id']}")).status_code == 404
    assert (await plane.admin.delete(f"{INBOUND.path}/{outbound['id']}")).status_code == 404


BAD_CURSORS = ["_w", "!!!", "a", "é", urlsafe_b64encode(b"trk_\0").decode(), "=" * 8, "x" * 201]


@every
@pytest.mark.parametrize("cursor", BAD_CURSORS)
async def test_a_cursor_that_is_not_ours_is_the_callers_error(plane: Plane, resource: Resource, cursor: str) -> None:
    answer = await plane.admin.get(resource.path, params={"cursor": cursor})
    assert answer.status_code == 422, answer.text
    assert problem(answer)["field"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", ""])
async def test_a_limit_out_of_bounds_is_the_callers_error(plane: Plane, limit: str) -> None:
    answer = await plane.admin.get("/v1/numbers", params={"limit": limit})
    assert answer.status_code == 422
    assert problem(answer)["field"] == "limit"
