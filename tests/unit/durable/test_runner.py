"""A body is run until it returns; what it is interrupted by decides who goes on with it."""

from __future__ import annotations

import asyncio

import pytest

from gateway.durable.runner import Body, Kind, WorkRunner
from gateway.kernel.errors import Unavailable

GIVEN = {"call_id": "call_1"}


def runner_of(body: Body, pauses: list[int] | None = None) -> WorkRunner:
    def pause(failures: int) -> float:
        if pauses is not None:
            pauses.append(failures)
        return 0

    runner = WorkRunner(pause)
    runner.define(Kind("transfer", body))
    return runner


@pytest.mark.parametrize(
    "error", [Unavailable("LiveKit did not answer"), ValueError("a bug"), asyncio.CancelledError()]
)
async def test_a_body_that_fails_is_run_again_with_what_it_was_given(error: BaseException) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    async def body(work_id: str, given: dict[str, str]) -> None:
        seen.append((work_id, dict(given)))
        given.clear()  # its own copy
        if len(seen) < 3:
            raise error

    pauses: list[int] = []
    await runner_of(body, pauses).run("transfer", "xfer_1", GIVEN)
    assert seen == [("xfer_1", GIVEN)] * 3
    assert pauses == [1, 2]


async def test_close_cancels_what_runs_and_nothing_is_called_done() -> None:
    began = asyncio.Event()

    async def body(work_id: str, given: dict[str, str]) -> None:
        began.set()
        await asyncio.Event().wait()

    runner = runner_of(body)
    task = asyncio.ensure_future(runner.run("transfer", "xfer_1", GIVEN))
    await began.wait()
    await runner.close()
    assert task.cancelled()


async def test_a_body_that_fails_while_it_is_cancelled_is_not_done_either() -> None:
    began = asyncio.Event()

    async def body(work_id: str, given: dict[str, str]) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise Unavailable("could not tidy up")

    runner = runner_of(body)
    task = asyncio.ensure_future(runner.run("transfer", "xfer_1", GIVEN))
    await began.wait()
    await runner.close()
    assert task.cancelled()


async def test_a_closed_runner_begins_nothing() -> None:
    began: list[str] = []

    async def body(work_id: str, given: dict[str, str]) -> None:
        began.append(work_id)

    runner = runner_of(body)
    await runner.close()
    with pytest.raises(asyncio.CancelledError):
        await runner.run("transfer", "xfer_1", GIVEN)
    assert not began


async def test_a_name_is_defined_once() -> None:
    async def body(work_id: str, given: dict[str, str]) -> None: ...

    with pytest.raises(ValueError, match="transfer"):
        runner_of(body).define(Kind("transfer", body))
