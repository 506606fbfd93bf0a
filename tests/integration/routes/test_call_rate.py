"""Calls that begin within a second, as many as a carrier takes: counted where calls out are admitted."""

from __future__ import annotations

import asyncio

import pytest

from gateway.calls.admission import AdmissionVerdict
from gateway.calls.facts import NumbersPii
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import World, asked
from tests.unit.calls.story import T0, Facts
from trunks.models import TrunkRow

PII = NumbersPii(ani="+15105550111", dnis="+15105550199")


@pytest.fixture
def world(world_with_lookup: World) -> World:
    return world_with_lookup


async def way_out(world: World, max_calls_per_s: int | None, **fields: object) -> None:
    given = {"numbers": ["+15105550111"], "livekit_id": "ST_out", "max_duration_s": 600, "max_calls": None} | fields
    stamp = {"created_at": T0, "updated_at": T0, "max_calls_per_s": max_calls_per_s}
    async with world.database.begin() as session:
        session.add(TrunkRow(id="trk_out", direction="outbound", name="carrier", enabled=True, **given, **stamp))


async def dial(world: World, dnis: str = PII.dnis) -> tuple[str, AdmissionVerdict]:
    call_id, pii = new_id("call"), NumbersPii(ani=PII.ani, dnis=dnis)
    given = {"direction": "outbound", "livekit_trunk_id": "ST_out", "pii": pii, "asked_by": "livekit"}
    return call_id, await world.calls.admissions.verdict_on(asked(call_id, **given))


async def test_one_too_many_in_a_second_is_told_when_to_come_again(world: World) -> None:
    await way_out(world, 2)
    assert [(await dial(world))[1].verdict for _ in range(2)] == ["accept", "accept"]
    _, refused = await dial(world)
    assert (refused.sip_code, refused.slug, refused.retry_after_s) == (503, "call_rate", 1)
    assert "faster" in refused.sentence
    assert refused.checks[-1].name == "call_rate" and refused.checks[-1].reason.startswith("2 of 2")
    world.clock.go(0.9)
    assert (await dial(world))[1].slug == "call_rate"
    world.clock.go(0.1)
    assert (await dial(world))[1].verdict == "accept"


async def test_of_many_at_once_no_more_begin_than_the_carrier_takes(world: World) -> None:
    await way_out(world, 3)
    verdicts = [verdict.verdict for _, verdict in await asyncio.gather(*(dial(world) for _ in range(12)))]
    assert (verdicts.count("accept"), verdicts.count("reject")) == (3, 9)


async def test_calls_that_were_refused_take_nobodys_turn_and_ended_ones_keep_theirs(world: World) -> None:
    await way_out(world, 1)
    assert (await dial(world, "911"))[1].slug == "emergency_number"
    call_id, verdict = await dial(world)
    assert verdict.verdict == "accept"
    facts = Facts(call_id)
    await world.calls.runner.take([facts.left(0.2)])
    assert (await dial(world))[1].slug == "call_rate"


async def test_a_trunk_without_a_limit_is_not_asked(world: World) -> None:
    await way_out(world, None)
    verdicts = [(await dial(world))[1] for _ in range(5)]
    assert {one.verdict for one in verdicts} == {"accept"}
    assert "call_rate" not in {check.name for check in verdicts[0].checks}
