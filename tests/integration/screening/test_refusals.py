"""Why a call was refused: asked as soon as the caller has heard it."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from gateway.kernel.ids import new_id
from tests.integration.control_plane.plane import client_of, problem
from tests.integration.screening.conftest import CALLED, SOURCE, Desk
from tests.unit.calls.story import Facts

ANA, BOB = "+15105550111", "+15105550122"


async def test_a_refusal_is_told_with_every_check_the_entry_and_what_to_do(desk: Desk) -> None:
    entry = await desk.entry("block", "prefix", "+1510555", note="sold us solar panels")
    await desk.call(ANA)
    (told,) = await desk.refusals()
    assert (told["call_id"], told["sip_code"], told["slug"]) == (desk.last, 603, "caller_blocked")
    assert told["sentence"] == "The caller's number is on the block list."
    assert told["sip_call_id"] == f"{desk.last}@phone"
    assert [check["passed"] for check in told["checks"]] == [True] * (len(told["checks"]) - 1) + [False]
    assert told["checks"][-1]["name"] == "caller_screened" and "prefix" in told["checks"][-1]["reason"]
    assert told["decided_by"] == {"kind": "entry", "id": entry["id"], "note": "sold us solar panels"}
    assert f"gateway screening remove {entry['id']}" in told["todo"]
    assert f"gateway screening allow {ANA}" in told["todo"]
    assert told["pii"] == {"caller": ANA, "number": CALLED, "source_address": SOURCE}


async def test_what_to_do_is_true(desk: Desk) -> None:
    await desk.entry("block", "prefix", "+1510555")
    await desk.plane.admin.put("/v1/screening/do-not-originate/own", content=BOB)
    assert [await desk.heard(ANA), await desk.heard("+15105559999")] == ["603 caller_blocked"] * 2
    for number in (ANA, BOB):
        await desk.entry("allow", "number", number)
    assert [await desk.heard(ANA), await desk.heard(BOB)] == ["on", "on"]


async def test_the_note_of_an_entry_that_is_gone_is_gone_and_the_reason_stays(desk: Desk) -> None:
    entry = await desk.entry("block", "number", ANA, note="rude")
    await desk.call(ANA)
    await desk.plane.admin.delete(f"/v1/screening/entries/{entry['id']}")
    (told,) = await desk.refusals()
    assert told["decided_by"] == {"kind": "entry", "id": entry["id"], "note": None}
    assert not told["checks"][-1]["passed"]


async def test_a_list_is_named(desk: Desk) -> None:
    await desk.plane.admin.put("/v1/screening/do-not-originate/own", content=ANA)
    await desk.call(ANA)
    (told,) = await desk.refusals()
    assert told["decided_by"] == {"kind": "list", "id": "own", "note": None}
    assert told["todo"] == f"gateway screening allow {ANA}"


async def test_calls_that_were_let_in_are_no_refusals(desk: Desk) -> None:
    await desk.call(ANA)
    f = Facts(desk.last)
    await desk.plane.container.calls.runner.take([f.joined(), f.left()])
    assert await desk.refusals() == []


async def test_a_call_that_the_node_refused_is_told_too(desk: Desk) -> None:
    f = Facts(new_id("call"))
    await desk.plane.container.calls.runner.take([f.refused("wrong_password", 403)])
    (told,) = await desk.refusals()
    assert (told["slug"], told["sip_code"], told["checks"], told["decided_by"]) == ("wrong_password", 403, [], None)
    assert told["sentence"] and "auth_username" in told["todo"]


async def test_a_fact_that_comes_twice_is_one_refusal(desk: Desk) -> None:
    f = Facts(new_id("call"))
    fact = f.refused("no_codec", 488)
    for _ in range(2):
        await desk.plane.container.calls.runner.take([fact])
    assert len(await desk.refusals()) == 1


async def test_refusals_are_found_by_caller_number_call_id_reason_and_time(desk: Desk) -> None:
    await desk.entry("block", "number", ANA)
    await desk.call(ANA)
    first, at = desk.last, desk.plane.clock.at
    desk.plane.clock.go(60)
    await desk.call(BOB, dnis="+15105550199")
    second = desk.last
    for query, expected in (
        ({}, [second, first]),
        ({"caller": ANA}, [first]),
        ({"caller": BOB}, [second]),
        ({"number": CALLED}, [first]),
        ({"sip_call_id": f"{second}@phone"}, [second]),
        ({"slug": "unknown_number"}, [second]),
        ({"since": at.isoformat()}, [second, first]),
        ({"since": desk.plane.clock.at.isoformat()}, [second]),
        ({"caller": "+15105550177"}, []),
        ({"caller": "a\0b"}, []),
    ):
        assert [told["call_id"] for told in await desk.refusals(**query)] == expected, query


async def test_pages_are_the_newest_first_and_miss_nothing(desk: Desk) -> None:
    await desk.entry("block", "number", ANA)
    made: list[str] = []
    for _ in range(5):
        await desk.call(ANA)
        made.append(desk.last)
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    while True:
        page = (await desk.plane.admin.get("/v1/refusals", params=query)).json()
        seen += [told["call_id"] for told in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == made[::-1]


async def test_who_may_not_see_numbers_sees_none_and_cannot_ask_for_one(desk: Desk) -> None:
    await desk.entry("block", "number", ANA)
    await desk.call(ANA)
    viewer = desk.plane.clients[Role.VIEWER]
    answer = await viewer.get("/v1/refusals")
    assert answer.json()["data"][0]["pii"] is None
    assert all(text not in answer.text for text in (ANA, CALLED, SOURCE))
    assert "gateway screening allow CALLER" in answer.json()["data"][0]["todo"]
    for query in ({"caller": ANA}, {"number": CALLED}):
        refused = await viewer.get("/v1/refusals", params=query)
        assert (refused.status_code, problem(refused)["code"]) == (403, "auth.forbidden")
    async with client_of(desk.plane.app) as nobody:
        assert (await nobody.get("/v1/refusals")).status_code == 401


@pytest.mark.parametrize("slug", ["anonymous_caller", "caller_rate", "number_rate", "not_on_allow_list"])
async def test_terms_that_refused_are_named_with_where_they_are(desk: Desk, slug: str) -> None:
    terms: dict[str, dict[str, object]] = {
        "anonymous_caller": {"anonymous": "refuse"}, "caller_rate": {"rate_per_caller": 1},
        "number_rate": {"rate_per_number": 1}, "not_on_allow_list": {"only_allowed": True},
    }  # fmt: skip
    await desk.terms(desk.trunk, **terms[slug])
    caller = "anonymous" if slug == "anonymous_caller" else ANA
    for _ in range(2):
        await desk.call(caller)
    told = (await desk.refusals())[0]
    assert told["slug"] == slug
    if slug == "not_on_allow_list":
        assert told["todo"] == f"gateway screening allow {ANA}"
    else:
        assert f"/v1/inbound-trunks/{desk.trunk['id']}" in told["todo"] and "screening." in told["todo"]
