"""What callers hear, by the lists and by what trunk and rule ask for."""

from __future__ import annotations

import pytest

from gateway.calls.scanners import CALLS_PER_MINUTE
from gateway.kernel.ids import new_id
from tests.integration.screening.conftest import CALLED, Desk

ANA, BOB = "+15105550111", "+15105550122"


async def test_a_caller_of_whom_nothing_is_known_gets_through(desk: Desk) -> None:
    verdict = await desk.call(ANA)
    assert (verdict.verdict, verdict.challenge) == ("accept", "")
    names = [check.name for check in verdict.checks]
    before = names.index("caller_allowed")
    assert names[before + 1] == "source_screened"
    assert names.index("number_rate") < names.index("trunk_in_switchboard")
    assert all(check.reason for check in verdict.checks)


async def test_a_blocked_caller_hears_603_network_blocked(desk: Desk) -> None:
    entry = await desk.entry("block", "number", ANA)
    verdict = await desk.call(ANA)
    assert (verdict.sip_code, verdict.slug, verdict.phrase) == (603, "caller_blocked", "Network Blocked")
    assert (verdict.checks[-1].name, verdict.checks[-1].by) == ("caller_screened", entry["id"])
    assert await desk.heard(BOB) == "on"
    assert (await desk.plane.admin.delete(f"/v1/screening/entries/{entry['id']}")).status_code == 204
    assert await desk.heard(ANA) == "on"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("prefix", "+1510555"), ("range", "+15105550000-+15105550999"), ("source", "192.0.2.0/28")],
)
async def test_a_whole_block_is_refused_and_one_of_it_let_in(desk: Desk, kind: str, value: str) -> None:
    await desk.entry("block", kind, value)
    slug = "source_blocked" if kind == "source" else "caller_blocked"
    assert await desk.heard(ANA) == f"603 {slug}"
    await desk.entry("allow", *(("source", "192.0.2.7") if kind == "source" else ("number", ANA)))
    assert await desk.heard(ANA) == "on"
    assert await desk.heard(BOB) == ("on" if kind == "source" else "603 caller_blocked")


async def test_a_number_that_never_calls_is_refused_until_somebody_lets_it_in(desk: Desk) -> None:
    put = await desk.plane.admin.put("/v1/screening/do-not-originate/own", content=f"{ANA}\n{CALLED}\n")
    assert put.status_code == 200, put.text
    verdict = await desk.call(ANA)
    assert (verdict.sip_code, verdict.slug, verdict.phrase) == (603, "do_not_originate", "Network Blocked")
    assert verdict.checks[-1].by == "own"
    await desk.entry("allow", "number", ANA)
    assert await desk.heard(ANA) == "on"
    assert await desk.heard(CALLED) == "603 do_not_originate"


async def test_who_shows_no_number_is_taken_asked_or_refused(desk: Desk) -> None:
    assert await desk.heard("anonymous") == "on"
    await desk.terms(desk.trunk, anonymous="challenge")
    assert await desk.heard("anonymous") == "press_key"
    assert await desk.heard(ANA) == "on"
    await desk.terms(desk.rule, anonymous="refuse")
    assert await desk.heard("anonymous") == "433 anonymous_caller"
    assert await desk.heard("") == "433 anonymous_caller"
    await desk.terms(desk.rule)
    assert await desk.heard("anonymous") == "press_key"


async def test_a_key_is_asked_of_whom_the_terms_name(desk: Desk) -> None:
    await desk.entry("allow", "number", ANA)
    await desk.terms(desk.rule, challenge="unknown")
    assert (await desk.heard(ANA), await desk.heard(BOB)) == ("on", "press_key")
    await desk.terms(desk.trunk, challenge="all")
    assert (await desk.heard(ANA), await desk.heard(BOB)) == ("press_key", "press_key")


async def test_only_callers_on_an_allow_list_get_in(desk: Desk) -> None:
    await desk.entry("allow", "prefix", ANA[:-1])
    await desk.terms(desk.trunk, only_allowed=True)
    assert await desk.heard(ANA) == "on"
    assert await desk.heard(BOB) == "403 not_on_allow_list"
    assert await desk.heard("anonymous") == "403 not_on_allow_list"


async def test_a_caller_gets_in_so_often_in_a_minute_and_hears_when_to_come_again(desk: Desk) -> None:
    await desk.terms(desk.rule, rate_per_caller=2)
    clock = desk.plane.clock
    assert await desk.heard(ANA) == "on"
    clock.go(20)
    assert await desk.heard(ANA) == "on"
    clock.go(10)
    verdict = await desk.call(ANA)
    assert (verdict.sip_code, verdict.slug, verdict.retry_after_s) == (480, "caller_rate", 30)
    assert await desk.heard(BOB) == "on"
    clock.go(30)  # what was refused has not counted
    assert await desk.heard(ANA) == "on"
    assert await desk.heard(ANA) == "480 caller_rate"


async def test_a_number_is_called_so_often_in_a_minute_whoever_calls(desk: Desk) -> None:
    await desk.terms(desk.trunk, rate_per_number=2)
    assert [await desk.heard(f"+1510555{n:04d}") for n in range(200, 203)] == ["on", "on", "480 number_rate"]
    desk.plane.clock.go(60)
    assert await desk.heard(ANA) == "on"


async def test_callers_without_a_number_are_one_caller(desk: Desk) -> None:
    await desk.terms(desk.trunk, rate_per_caller=1)
    assert await desk.heard("anonymous") == "on"
    assert await desk.heard("") == "480 caller_rate"


async def test_a_call_that_is_asked_about_again_counts_once(desk: Desk) -> None:
    await desk.terms(desk.trunk, rate_per_caller=2)
    first = new_id("call")
    assert [await desk.heard(ANA, call_id=first) for _ in range(3)] == ["on"] * 3
    assert await desk.heard(ANA) == "on"
    assert await desk.heard(ANA) == "480 caller_rate"


async def test_a_stranger_uses_up_nobodys_rate(desk: Desk) -> None:
    await desk.terms(desk.trunk, rate_per_number=1, rate_per_caller=1)
    for _ in range(3):
        assert await desk.heard(ANA, source="203.0.113.5") == "403 source_not_allowed"
    assert await desk.heard(ANA) == "on"


async def test_a_blocked_source_makes_no_more_than_so_many_calls_a_minute(desk: Desk) -> None:
    await desk.entry("block", "source", "192.0.2.7")
    for _ in range(CALLS_PER_MINUTE + 3):
        assert await desk.heard(ANA) == "603 source_blocked"
    assert len(await desk.refusals(limit=500)) == CALLS_PER_MINUTE
    scanners = (await desk.plane.admin.get("/v1/scanners")).json()["data"]
    assert scanners[0]["refused"] == CALLS_PER_MINUTE + 3


async def test_terms_are_shown_as_they_were_set_and_wrong_ones_refused(desk: Desk) -> None:
    shown = (await desk.plane.admin.get(f"/v1/inbound-trunks/{desk.trunk['id']}")).json()["screening"]
    assert shown == {
        "anonymous": "allow", "rate_per_caller": None, "rate_per_number": None, "challenge": "none",
        "only_allowed": False,
    }  # fmt: skip
    await desk.terms(desk.rule, rate_per_caller=5)
    rule = (await desk.plane.admin.get(f"/v1/dispatch-rules/{desk.rule['id']}")).json()
    assert rule["screening"] == shown | {"rate_per_caller": 5}
    for wrong in ({"anonymous": "perhaps"}, {"rate_per_caller": 0}, {"rate": 5}):
        for path in (f"/v1/inbound-trunks/{desk.trunk['id']}", f"/v1/dispatch-rules/{desk.rule['id']}"):
            answer = await desk.plane.admin.patch(path, json={"screening": wrong})
            assert answer.status_code == 422, answer.text
