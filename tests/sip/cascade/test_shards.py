"""Calls that share a process: two at a time, the process killed under both, the worker asked to end in between."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.processes import tree
from gateway.phone.phone import Phone
from tests.sip.cascade.talk import asks, greeted, make_agent
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack

NUMBER, WORKER = "+15105550198", "worker-1"
TOGETHER = {"GATEWAY_WORKER__MAX_CALLS": "4", "GATEWAY_WORKER__CALLS_PER_PROCESS": "4"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cpu: dict[str, str]) -> Iterator[RunningStack]:
    running = start_stack(tmp_path_factory.mktemp("shards"), "--workers", "1", env={**cpu, **TOGETHER})
    make_agent(running)
    yield running
    running.stop()


@pytest.fixture
def number(a_number: Callable[..., Any]) -> Iterator[str]:
    with a_number(NUMBER) as made:
        yield made.number


@asynccontextmanager
async def both_greeted(stack: RunningStack, number: str, phones: tuple[Phone, Phone]) -> AsyncIterator[None]:
    """Two callers who have heard the agent, and talk on until this is left."""
    heard = [asyncio.Event() for _ in phones]
    done = asyncio.Event()

    async def stays(phone: Phone, greeted_now: asyncio.Event) -> None:
        await greeted(phone)
        greeted_now.set()
        await done.wait()

    def calls(phone: Phone, greeted_now: asyncio.Event) -> Awaitable[None]:
        return phone.talk(stack.uri(number), lambda: stays(phone, greeted_now))

    async with asyncio.TaskGroup() as talking:
        for phone, event in zip(phones, heard, strict=True):
            talking.create_task(calls(phone, event))  # pyright: ignore[reportArgumentType]
        try:
            for event in heard:
                await event.wait()
            yield
        finally:
            done.set()


def processes_with_calls(stack: RunningStack) -> list[int]:
    """Those of the worker that have LiveKit's runtime, with the threads that it begins."""
    return [pid for pid in tree(stack.pids()[WORKER]) if "AudioSourceCapt" in threads_of(pid)]


def threads_of(pid: int) -> set[str]:
    return {path.read_text().strip() for path in Path(f"/proc/{pid}/task").glob("*/comm")}


def second_agents_of(stack: RunningStack, phone: Phone) -> list[dict[str, Any]]:
    """Those who took the call over."""
    call = stack.call_of(phone.sip_call_id)
    events = stack.get(f"/v1/calls/{call['id']}/events", limit=200)["data"] if call else []
    return [event for event in events if event["kind"] == "agent_joined" and event["body"].get("resumed")]


@pytest.mark.timeout(400)  # with a stack of its own
async def test_two_callers_share_a_process_and_when_it_is_killed_both_have_an_agent_again(
    stack: RunningStack, number: str, two_phones: tuple[Phone, Phone]
) -> None:
    async with both_greeted(stack, number, two_phones):
        (shard,) = processes_with_calls(stack)
        os.kill(shard, signal.SIGKILL)
        for phone in two_phones:
            await asyncio.to_thread(stack.until, partial(second_agents_of, stack, phone), "an agent again")
            await asks(stack, phone)
        (new,) = processes_with_calls(stack)
        assert new != shard
    for phone in two_phones:
        ended = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
        assert ended["termination"]["slug"] == "completed"


@pytest.mark.timeout(400)
async def test_a_worker_that_is_asked_to_end_lets_its_calls_end_first(
    stack: RunningStack, number: str, two_phones: tuple[Phone, Phone]
) -> None:
    worker = stack.pids()[WORKER]
    async with both_greeted(stack, number, two_phones):
        os.kill(worker, signal.SIGTERM)
        await asyncio.to_thread(stack.until, lambda: '"worker_draining"' in stack.logs(), "it knows")
        for phone in two_phones:
            await asks(stack, phone)
            assert not second_agents_of(stack, phone)
        assert stack.pids()[WORKER] == worker

    def another() -> bool:
        return stack.pids().get(WORKER, worker) != worker and stack.record.read()["state"] == "ready"

    await asyncio.to_thread(stack.until, another, "the supervisor has started another one")
    assert not Path(f"/proc/{worker}").exists()
