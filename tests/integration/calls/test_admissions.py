"""Verdicts and the records they open."""

from __future__ import annotations

import pytest

from gateway.calls.admit import Route
from gateway.calls.scanners import CALLS_PER_MINUTE
from gateway.kernel.errors import BadInput
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import World, asked
from tests.unit.calls.story import CALL, NUMBERS, Facts


async def test_an_admitted_call_has_a_record_with_its_reasons(world: World) -> None:
    verdict = await world.calls.admissions.verdict_on(asked(CALL))
    assert verdict.verdict == "accept"
    assert verdict.attributes["gateway.callID"] == CALL
    log = await world.log(CALL)
    assert [row.kind for row in log] == ["invite_received", "admission_decided"]
    assert log[1].body["verdict"]["checks"][0]["name"] == "trunk_known"
    assert log[1].body["agent_id"] == "agt_1"


async def test_the_same_question_gets_the_same_answer_and_one_record(world: World) -> None:
    first = await world.calls.admissions.verdict_on(asked(CALL))
    world.routes[NUMBERS.dnis] = Route()
    assert await world.calls.admissions.verdict_on(asked(CALL)) == first
    assert len(await world.log(CALL)) == 2


async def test_a_refused_call_is_over_at_once(world: World) -> None:
    world.routes[NUMBERS.dnis] = Route()
    verdict = await world.calls.admissions.verdict_on(asked(CALL))
    assert (verdict.sip_code, verdict.slug) == (404, "unknown_number")
    assert await world.termination(CALL) == "unknown_number"


async def test_facts_may_come_before_the_verdict(world: World) -> None:
    f = Facts()
    await world.calls.runner.take([f.agent()])
    verdict = await world.calls.admissions.verdict_on(asked(CALL))
    assert verdict.verdict == "accept"
    assert await world.kinds(CALL) == ["agent_joined", "invite_received", "admission_decided"]


async def test_a_scanner_makes_no_more_than_so_many_calls_a_minute(world: World) -> None:
    world.routes[NUMBERS.dnis] = Route()
    ids = [new_id("call") for _ in range(CALLS_PER_MINUTE + 5)]
    for call_id in ids:
        assert (await world.calls.admissions.verdict_on(asked(call_id))).sip_code == 404
    assert [bool(await world.log(call_id)) for call_id in ids] == [True] * CALLS_PER_MINUTE + [False] * 5
    f = Facts(new_id("call"))
    await world.calls.runner.take([f.refused("wrong_password", 403)])
    assert await world.log(f.call_id) == []
    world.clock.go(60)
    g = Facts(new_id("call"))
    await world.calls.runner.take([g.refused("wrong_password", 403)])
    assert len(await world.log(g.call_id)) == 2


async def test_a_call_id_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(BadInput):
        await world.calls.admissions.verdict_on(asked("abc"))
