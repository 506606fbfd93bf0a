"""Which calls a process takes: by their number, and by how late it is."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import cast

import pytest
from livekit.agents import AgentServer, JobRequest

from agents.worker.loop_lag import LoopLag
from agents.worker.slots import LATE_MS, CallSlots
from gateway.kernel.tasks import TaskSet


class Offered:
    """A call that LiveKit offers."""

    def __init__(self) -> None:
        self.answer = ""

    async def accept(self) -> None:
        self.answer = "taken"

    async def reject(self, *, terminate: bool) -> None:
        self.answer = "ended" if terminate else "next"


def server_with(calls: int) -> AgentServer:
    return cast("AgentServer", SimpleNamespace(active_jobs=[None] * calls))


async def offered(slots: CallSlots, calls: int) -> str:
    request = Offered()
    await slots.offer(server_with(calls), cast("JobRequest", request))
    return request.answer


def late(by_ms: float) -> LoopLag:
    lag = LoopLag()
    for _ in range(10):
        lag.add(by_ms / 1000)
    return lag


async def test_a_full_process_passes_the_call_on() -> None:
    slots = CallSlots(2, LoopLag())
    assert [await offered(slots, calls) for calls in (0, 1, 2)] == ["taken", "taken", "next"]


async def test_a_process_whose_sound_would_come_too_late_takes_no_further_call() -> None:
    slots = CallSlots(8, late(LATE_MS + 1))
    assert await offered(slots, 1) == "next"
    assert await offered(slots, 0) == "taken", "an empty process has nobody whom it could protect"
    assert await offered(CallSlots(8, late(LATE_MS - 1)), 1) == "taken"


@pytest.mark.parametrize(("calls", "ms", "load"), [(0, 0, 0.0), (2, 0, 0.25), (2, 60, 0.5), (2, 500, 1.0), (8, 0, 1.0)])
def test_the_load_is_how_full_it_is_or_how_late(calls: int, ms: float, load: float) -> None:
    assert CallSlots(8, late(ms)).load(server_with(calls)) == pytest.approx(load)


async def test_what_blocks_the_loop_shows_as_lag() -> None:
    lag, tasks = LoopLag(window=5), TaskSet()
    tasks.start(lag.run(), name="lag")
    for _ in range(8):
        await asyncio.sleep(0.01)
        time.sleep(0.15)  # noqa: ASYNC251 - the fault that is looked for
    await tasks.close()
    assert lag.typical_ms > 50
    assert lag.worst_ms >= lag.typical_ms
