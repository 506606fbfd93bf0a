"""What came of a command to a leg, as the record tells it: at once, later, badly, or not at all."""

from __future__ import annotations

import asyncio

import pytest

from gateway.calls.facts import AudioSet
from gateway.kernel.errors import Unavailable
from gateway.livekit.confirmations import RecordedConfirmations
from tests.integration.calls.conftest import World
from tests.unit.calls.story import CALL, Facts


def told(world: World, number: int, command_id: str, problem: str = "") -> AudioSet:
    return AudioSet(
        id=f"evt_audio_{number}", call_id=CALL, source="node", seq=100 + number, at=world.clock.now(),
        command_id=command_id, problem=problem,
    )  # fmt: skip


async def test_what_is_recorded_is_found_whenever_it_comes(world: World) -> None:
    f, confirmations = Facts(), RecordedConfirmations(world.database.begin)
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered()])
    await world.calls.runner.take([told(world, 1, "cmd_1"), told(world, 2, "cmd_2", "nobody is there")])
    assert await confirmations.problem_of(CALL, "cmd_1") == ""
    assert await confirmations.problem_of(CALL, "cmd_2") == "nobody is there"
    waiting = asyncio.ensure_future(confirmations.problem_of(CALL, "cmd_3"))
    await asyncio.sleep(0)
    assert not waiting.done()
    await world.calls.runner.take([told(world, 3, "cmd_3")])
    assert await waiting == ""


async def test_what_is_not_recorded_is_no_confirmation(world: World) -> None:
    f, confirmations = Facts(), RecordedConfirmations(world.database.begin, within_s=0.2)
    await world.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered(), told(world, 1, "cmd_1")])
    for call_id, command_id in ((CALL, "cmd_2"), ("call_other", "cmd_1")):
        with pytest.raises(Unavailable):
            await confirmations.problem_of(call_id, command_id)
