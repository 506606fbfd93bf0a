"""Work that is begun is done: once when all goes well, again when something came between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from gateway.durable.runner import KEEP, Body
from gateway.durable.service import Durable
from gateway.kernel.errors import SetupError, Unavailable
from tests.integration.calls.conftest import ManualClock

GIVEN = {"call_id": "call_1"}


class Bodies:
    """Notes each run of a body, and lets it end as the test says."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, dict[str, str]]] = []
        self.loops: list[asyncio.AbstractEventLoop] = []
        self.hangs, self.failures = False, 0
        self._changed = asyncio.Condition()

    async def __call__(self, work_id: str, given: dict[str, str]) -> None:
        self.runs.append((work_id, given))
        self.loops.append(asyncio.get_running_loop())
        async with self._changed:
            self._changed.notify_all()
        if self.failures:
            self.failures -= 1
            raise Unavailable("LiveKit did not answer")
        if self.hangs:
            await asyncio.Event().wait()

    async def ran(self, times: int) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.runs) >= times)


@asynccontextmanager
async def started(url: str, body: Body, *, clock: ManualClock | None = None) -> AsyncIterator[Durable]:
    durable = Durable(url, "local", clock or ManualClock(), pause=lambda _: 0)
    durable.define("transfer", body)
    await durable.start()
    try:
        yield durable
    finally:
        await durable.close()


async def last_one_ran(durable: Durable, bodies: Bodies) -> None:
    """What was begun before this one had its chance to run."""
    before = len(bodies.runs)
    await durable.begin("transfer", "xfer_last", GIVEN)
    await bodies.ran(before + 1)


async def test_begun_twice_it_runs_once_with_what_it_was_given_first(url: str) -> None:
    bodies = Bodies()
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await durable.begin("transfer", "xfer_1", {"call_id": "another"})
        await bodies.ran(1)
        await durable.begin("transfer", "xfer_1", GIVEN)
        await last_one_ran(durable, bodies)
    assert bodies.runs == [("xfer_1", GIVEN), ("xfer_last", GIVEN)]


async def test_a_body_that_fails_is_run_again(url: str) -> None:
    bodies = Bodies()
    bodies.failures = 2
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await bodies.ran(3)
    assert bodies.runs == [("xfer_1", GIVEN)] * 3


async def test_what_runs_at_close_goes_on_after_the_next_start_on_the_loop_of_that(url: str) -> None:
    bodies = Bodies()
    bodies.hangs = True
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await bodies.ran(1)
    async with started(url, bodies):  # and once more, to no end
        await bodies.ran(2)
    bodies.hangs = False
    async with started(url, bodies):
        await bodies.ran(3)
    assert bodies.runs == [("xfer_1", GIVEN)] * 3
    assert set(bodies.loops) == {asyncio.get_running_loop()}


async def test_what_is_done_is_not_run_by_the_next_start(url: str) -> None:
    bodies = Bodies()
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await bodies.ran(1)
    bodies.hangs = True
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_2", GIVEN)
        await bodies.ran(2)
    bodies.hangs = False
    async with started(url, bodies):
        await bodies.ran(3)  # what was left is taken up together: the first one would be among it
    assert [work_id for work_id, _ in bodies.runs] == ["xfer_1", "xfer_2", "xfer_2"]


async def test_what_has_been_done_for_long_is_forgotten_and_what_is_not_done_never(url: str) -> None:
    bodies, clock = Bodies(), ManualClock()
    async with started(url, bodies, clock=clock) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await bodies.ran(1)
    bodies.hangs = True
    async with started(url, bodies, clock=clock) as durable:
        await durable.begin("transfer", "xfer_2", GIVEN)
        await bodies.ran(2)
        clock.at = datetime.now(UTC) + KEEP - timedelta(hours=1)
        assert await durable.tidy() == 0
        clock.at += timedelta(hours=2)
        assert await durable.tidy() == 1
        assert await durable.tidy() == 0
    async with started(url, bodies):
        await bodies.ran(3)
    assert [work_id for work_id, _ in bodies.runs] == ["xfer_1", "xfer_2", "xfer_2"]


async def test_two_at_a_time_are_refused_in_words_and_one_after_the_other_is_not(url: str) -> None:
    async with started(url, Bodies()):
        second = Durable(url, "local", ManualClock())
        with pytest.raises(SetupError, match="already"):
            await second.start()
        await second.close()
    async with started(url, Bodies()):
        pass


async def test_the_loop_keeps_its_threads_after_a_close(url: str) -> None:
    async with started(url, Bodies()) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
    assert await asyncio.to_thread(lambda: "still") == "still"


async def test_a_start_that_fails_says_so_and_the_next_one_works(url: str) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(SetupError, match="refused") as error:
        await Durable(nowhere, "local", ManualClock()).start()
    assert "schema dbos" in str(error.value.todo)
    bodies = Bodies()
    async with started(url, bodies) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await bodies.ran(1)


async def test_a_work_begun_by_another_is_no_part_of_it(url: str) -> None:
    seen: list[str] = []
    ended = asyncio.Event()

    async def body(work_id: str, given: dict[str, str]) -> None:
        seen.append(work_id)
        if work_id == "xfer_1" and seen.count("xfer_1") == 1:
            await durable.begin("transfer", "xfer_2", GIVEN)
            raise Unavailable("and fails afterwards")
        if work_id == "xfer_1":  # in another order than before: nothing of the first run is replayed
            await durable.begin("transfer", "xfer_3", GIVEN)
            await durable.begin("transfer", "xfer_2", GIVEN)
        if {"xfer_2", "xfer_3"} <= set(seen):
            ended.set()

    async with asyncio.timeout(60), started(url, body) as durable:
        await durable.begin("transfer", "xfer_1", GIVEN)
        await ended.wait()
    assert sorted(seen) == ["xfer_1", "xfer_1", "xfer_2", "xfer_3"]


async def test_a_full_lane_keeps_nobody_in_another_lane_waiting(url: str) -> None:
    bodies = Bodies()
    bodies.hangs = True
    durable = Durable(url, "local", ManualClock())
    durable.define("webhook", bodies, lane_width=2, width=8)
    await durable.start()
    try:
        for number in range(4):
            await durable.begin("webhook", f"slow_{number}", GIVEN, lane="slow")
        await bodies.ran(2)
        await durable.begin("webhook", "fast_0", GIVEN, lane="fast")
        await bodies.ran(3)
        assert sorted(work_id for work_id, _ in bodies.runs) == ["fast_0", "slow_0", "slow_1"]
    finally:
        await durable.close()


async def test_a_delayed_work_waits_and_survives_a_stop(url: str) -> None:
    bodies = Bodies()
    for begins in (True, False):
        durable = Durable(url, "local", ManualClock())
        durable.define("webhook", bodies, lane_width=2, width=8)
        await durable.start()
        if begins:
            await durable.begin("webhook", "late", GIVEN, lane="one", delay_s=4)
            await durable.begin("webhook", "soon", GIVEN, lane="one")
            await bodies.ran(1)
            assert bodies.runs[0][0] == "soon"
        else:
            await bodies.ran(2)
        await durable.close()
    assert [work_id for work_id, _ in bodies.runs] == ["soon", "late"]
