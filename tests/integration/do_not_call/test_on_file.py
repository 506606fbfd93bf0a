"""The own list, revocations and consents over REST: what is committed is seen by the next decision."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import client_of, problem
from tests.integration.do_not_call.conftest import (
    CONSENTS,
    ENTRIES,
    EXPLAIN,
    LISTS,
    OHIO,
    OTHER,
    REVOCATIONS,
    SELLER,
    WRITTEN,
    Desk,
)


async def test_what_nothing_stands_against_is_allowed(desk: Desk) -> None:
    found = await desk.says()
    assert (found["verdict"], found["reasons"]) == ("allow", []) and found["consent"].startswith("dcon_")


async def test_an_entry_counts_for_the_next_decision_and_until_it_is_removed(desk: Desk) -> None:
    made = await desk.plane.made(ENTRIES, number="+1 614 555 0100", reason="asked by letter", heard="letter")
    assert made["number"] == OHIO
    assert await desk.verdict() == ("refuse", ["own-list"])
    assert (await desk.plane.admin.delete(f"{ENTRIES}/{made['id']}")).status_code == 204
    assert await desk.verdict() == ("allow", [])


async def test_the_same_entry_again_is_the_same_one_also_of_two_at_once(desk: Desk) -> None:
    several = await asyncio.gather(*(desk.asks(ENTRIES, number=OHIO) for _ in range(4)))
    assert {answer.status_code for answer in several} == {201}
    assert len({answer.json()["id"] for answer in several}) == 1
    other = await desk.plane.made(ENTRIES, number=OHIO, scope="marketing")
    assert other["id"] != several[0].json()["id"]


async def test_an_entry_for_marketing_does_not_stop_information(desk: Desk) -> None:
    await desk.plane.made(ENTRIES, number=OHIO, scope="marketing", heard="call")
    assert await desk.verdict() == ("refuse", ["own-list"])
    assert await desk.verdict(purpose="informational") == ("allow", [])


async def test_a_revocation_counts_at_once_and_withdraws_what_is_on_file(desk: Desk) -> None:
    call = "call_01kaaaaaaaaaaaaaaaaaaaaaaa"
    told = await desk.plane.made(REVOCATIONS, number=OHIO, heard="call", words="stop calling me", call_id=call)
    again = await desk.plane.made(REVOCATIONS, number=OHIO, heard="call", words="stop calling me", call_id=call)
    assert again["id"] == told["id"]
    verdict, rules = await desk.verdict()
    assert verdict == "refuse" and {"revocation", "us-consent-marketing"} == set(rules)
    (consent,) = (await desk.plane.admin.get(CONSENTS)).json()["data"]
    assert consent["withdrawn_at"] is not None


async def test_a_newer_consent_lifts_a_revocation_and_the_same_revocation_again_then_counts_anew(desk: Desk) -> None:
    first = await desk.plane.made(REVOCATIONS, number=OHIO, heard="web")
    assert (await desk.plane.made(REVOCATIONS, number=OHIO, heard="web"))["id"] == first["id"]
    desk.plane.clock.go(60)
    await desk.plane.made(CONSENTS, **WRITTEN, given_at=desk.plane.clock.now().isoformat())
    assert await desk.verdict() == ("allow", [])
    desk.plane.clock.go(60)
    second = await desk.plane.made(REVOCATIONS, number=OHIO, heard="web")
    assert second["id"] != first["id"] and (await desk.verdict())[0] == "refuse"


async def test_nothing_is_taken_back_only_from_tomorrow_on_and_nobody_has_agreed_tomorrow(desk: Desk) -> None:
    tomorrow = (desk.plane.clock.now() + timedelta(days=1)).isoformat()
    told = await desk.plane.made(REVOCATIONS, number=OHIO, at=tomorrow)
    assert told["at"] < tomorrow and (await desk.verdict())[0] == "refuse"
    refused = await desk.asks(CONSENTS, **WRITTEN, given_at=tomorrow)
    assert (refused.status_code, problem(refused)["field"]) == (422, "given_at")


@pytest.mark.parametrize("missing", ["signer", "text_shown", "says_automated", "no_condition", "evidence", "seller"])
async def test_written_consent_without_what_makes_it_one_is_refused(desk: Desk, missing: str) -> None:
    body = {name: value for name, value in WRITTEN.items() if name != missing}
    answer = await desk.asks(CONSENTS, **body, given_at="2026-01-01T00:00:00Z")
    assert answer.status_code == 422, answer.text


async def test_a_consent_is_there_once_and_withdrawn_once(desk: Desk) -> None:
    (consent,) = (await desk.plane.admin.get(CONSENTS, params={"number": OHIO})).json()["data"]
    again = await desk.plane.made(CONSENTS, **WRITTEN, given_at=consent["given_at"])
    assert again == consent
    path = f"{CONSENTS}/{consent['id']}"
    first = (await desk.asks(f"{path}/withdraw")).json()
    desk.plane.clock.go(60)
    assert (await desk.asks(f"{path}/withdraw")).json() == first == (await desk.plane.admin.get(path)).json()
    assert await desk.verdict() == ("refuse", ["us-consent-marketing"])


async def test_who_may_not_see_numbers_sees_none_and_cannot_ask_for_one(desk: Desk) -> None:
    await desk.plane.made(ENTRIES, number=OHIO, reason="Ana is tired of it")
    await desk.plane.made(REVOCATIONS, number=OHIO, words="leave Ana alone")
    viewer = desk.plane.clients[Role.VIEWER]
    for path in (ENTRIES, REVOCATIONS, CONSENTS):
        answer = await viewer.get(path)
        assert answer.status_code == 200 and answer.json()["data"]
        assert OHIO not in answer.text and "Ana" not in answer.text and "forms/" not in answer.text
        assert (await viewer.get(path, params={"number": OHIO})).status_code == 403
    assert (await desk.asks(EXPLAIN, Role.VIEWER, number=OHIO)).status_code == 403


async def test_an_operator_writes_down_what_was_heard_and_only_an_administrator_takes_it_away(desk: Desk) -> None:
    made = (await desk.asks(ENTRIES, Role.OPERATOR, number=OHIO)).json()
    assert (await desk.asks(REVOCATIONS, Role.OPERATOR, number=OTHER)).status_code == 201
    operator = desk.plane.clients[Role.OPERATOR]
    assert (await operator.delete(f"{ENTRIES}/{made['id']}")).status_code == 403
    assert (await operator.put(f"{LISTS}/own", params={"place": "US", "dated": desk.today})).status_code == 403
    assert (await desk.asks(CONSENTS, Role.OPERATOR, **WRITTEN, given_at="2026-01-01T00:00:00Z")).status_code == 403
    async with client_of(desk.plane.app) as nobody:
        for path in (ENTRIES, REVOCATIONS, CONSENTS, EXPLAIN):
            assert (await nobody.post(path, json={"number": OHIO})).status_code == 401


async def test_acts_are_in_the_ledger_with_numbers_beside_it_and_not_in_it(desk: Desk) -> None:
    made = await desk.plane.made(ENTRIES, number=OTHER)
    await desk.plane.made(ENTRIES, number=OTHER)
    revoked = await desk.plane.made(REVOCATIONS, number=OTHER)
    await desk.plane.admin.delete(f"{ENTRIES}/{made['id']}")
    acts = await desk.plane.rows("SELECT object, verb FROM audit ORDER BY id")
    assert [(act["object"], act["verb"]) for act in acts][-3:] == [
        (made["id"], "create"), (revoked["id"], "create"), (made["id"], "delete"),
    ]  # fmt: skip
    leaves = [row["leaf"] for row in await desk.plane.rows("SELECT leaf FROM ledger_entries ORDER BY seq")]
    assert sum(made["id"] in leaf for leaf in leaves) == 2 and not any(OTHER[1:] in leaf for leaf in leaves)
    beside = await desk.plane.rows("SELECT seq FROM ledger_personal WHERE pii LIKE :what", what=f"%{OTHER}%")
    assert beside, "who it was is kept where it can be erased"


async def test_seller_is_of_everyone_unless_it_is_named(desk: Desk) -> None:
    await desk.plane.made(ENTRIES, number=OHIO, seller="Another")
    assert await desk.verdict() == ("allow", [])
    assert (await desk.verdict(seller="Another"))[0] == "refuse"
    await desk.plane.made(REVOCATIONS, number=OHIO, seller=SELLER.upper())
    assert (await desk.verdict())[0] == "refuse"
