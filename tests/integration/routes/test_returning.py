"""The call that comes back in: found among others, and read from its record as far as it has got."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.calls import facts as f
from gateway.calls.facts import NumbersPii
from gateway.kernel.ids import new_id
from gateway.trunk_test.returning import Returning
from tests.integration.calls.conftest import World
from tests.unit.calls.story import Facts

NUMBER, SHOWN = "+15105550100", "+15105550198"


@pytest.fixture
def world(world_with_lookup: World) -> World:
    return world_with_lookup


def returning(world: World) -> Returning:
    return Returning(world.calls.begin, world.calls.feed, NUMBER, SHOWN, world.clock.now())


async def call_in(world: World, ani: str, dnis: str = NUMBER, t: float = 1.0) -> Facts:
    facts, pii = Facts(new_id("call")), NumbersPii(ani=ani, dnis=dnis)
    await world.calls.runner.take([facts.invite(t, pii=pii), facts.admitted(t, trunk_id="trk_in", pii=pii)])
    return facts


async def test_of_several_calls_the_one_that_shows_our_number_is_taken(world: World) -> None:
    back = returning(world)
    assert await back.look() is None
    await call_in(world, "+15105550111")
    ours = await call_in(world, SHOWN, t=2.0)
    await call_in(world, SHOWN, dnis="+15105550177", t=0.5)
    found = await back.look()
    assert found is not None and (found.call_id, found.trunk_id) == (ours.call_id, "trk_in")


async def test_one_whose_number_the_carrier_has_replaced_is_found_too_and_a_call_from_before_is_not(
    world: World,
) -> None:
    await call_in(world, SHOWN, t=-5.0)
    back = returning(world)
    assert await back.look() is None
    other = await call_in(world, "anonymous")
    found = await back.look()
    assert found is not None and (found.call_id, found.caller) == (other.call_id, "anonymous")


async def test_what_arrives_is_read_from_the_record_as_soon_as_it_is_there(world: World) -> None:
    back = returning(world)
    waiting = asyncio.ensure_future(back.until(lambda one: one is not None and bool(one.rtp), 30))
    facts = await call_in(world, SHOWN)
    pressed: dict[str, Any] = {"transport": "info", "pii": f.DigitPii(digit="5")}
    told = [
        facts.answered(2),
        facts.digit("1", 3),
        f.DigitPressed(**facts._env(3.5, "node:1"), **pressed),
        f.LegHeld(**facts._env(4, "node:1"), held=True, by="caller"),
        f.LegHeld(**facts._env(5, "node:1"), held=False, by="caller"),
    ]
    await world.calls.runner.take(told)
    assert not waiting.done()
    left = facts.left(9).model_copy(update={"rtp": {"received": 400.0}})
    await world.calls.runner.take([left])
    found = await asyncio.wait_for(waiting, 10)
    assert found is not None and found.answered and found.held
    assert found.keys == {"1": "rfc4733", "5": "info"} and found.rtp == {"received": 400.0}


async def test_one_that_was_refused_says_why(world: World) -> None:
    facts, pii = Facts(new_id("call")), NumbersPii(ani=SHOWN, dnis=NUMBER)
    back = returning(world)
    refused = facts.turned_away("no_rule", 404).model_copy(update={"pii": pii})
    await world.calls.runner.take([facts.invite(1, pii=pii), refused])
    found = await back.look()
    assert found is not None and found.refused == ("no_rule", "no") and not found.answered


async def test_waiting_ends_when_the_time_is_up(world: World) -> None:
    assert await returning(world).until(lambda one: one is not None, 0.05) is None
