"""Calls at once: how many are answered and greeted, how late, and what each costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.caller import Marks, greeted_call
from bench.figures import Series
from bench.processes import Usage
from bench.stack import BenchStack

IDLE_S, HELD_S = 10.0, 20.0


async def measure(stack: BenchStack, calls: int, tick: Callable[[str], None]) -> list[Series]:
    """CPU and memory are those of all processes, less what they use without a call."""
    tick("idle")
    idle_cpu = await _cores(stack, IDLE_S)
    idle = _sum(stack.used())
    tick(f"{calls} calls at once")
    waiting = asyncio.ensure_future(_all(stack, calls))
    await asyncio.sleep(HELD_S)  # they have all been set up by now, or are late
    tick("measuring")
    busy_cpu, busy = await _cores(stack, IDLE_S), _sum(stack.used())
    marks = await waiting
    answered = [one.answer_ms for one in marks if one.answer_ms is not None]
    return [
        Series("calls at once that were answered", f"of {calls}", samples=[float(len(answered))]),
        Series(f"INVITE to 200, {calls} at once", samples=answered),
        Series(
            f"INVITE to greeting, {calls} at once",
            samples=[one.greeting_ms for one in marks if one.greeting_ms is not None],
        ),
        Series("CPU per call, all processes", "cores", samples=[(busy_cpu - idle_cpu) / calls]),
        Series("memory per call, all processes", "MiB", samples=[(busy.pss_mib - idle.pss_mib) / calls]),
        Series("memory of the idle stack", "MiB", samples=[idle.pss_mib]),
    ]


async def _all(stack: BenchStack, calls: int) -> list[Marks]:
    hold = HELD_S + 2 * IDLE_S
    return await asyncio.gather(*(greeted_call(stack.uri, stack.rtp_ports, hold_s=hold) for _ in range(calls)))


def _sum(used: dict[str, Usage]) -> Usage:
    return Usage(sum(one.cpu_s for one in used.values()), sum(one.pss_mib for one in used.values()))


async def _cores(stack: BenchStack, seconds: float) -> float:
    before, began = _sum(stack.used()).cpu_s, time.monotonic()
    await asyncio.sleep(seconds)
    return (_sum(stack.used()).cpu_s - before) / (time.monotonic() - began)
