"""More and more calls at once, arm after arm: how late the replies become, and what a call costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.arms.arm import Arm
from bench.caller import Marks, measured_call
from bench.figures import Series

APART_S = 0.3  # between the beginnings of calls
SETTLES_S = 3.0
FAILED_AT_MOST, LATER_AT_MOST = 0.005, 1.25  # the bar: of calls without a reply, of the p95 against one call's


async def ramped(arm: Arm, line: Path, steps: Sequence[int], tick: Callable[[str], None]) -> list[Series]:
    """Each step twice that many calls, so many at a time; a call talks all the time it is there."""
    found: list[Series] = []
    for calls in steps:
        tick(f"{arm.name}: {calls} at once")
        await asyncio.sleep(SETTLES_S)
        idle, before, began = arm.agent_used().pss_mib, arm.agent_used().cpu_s, asyncio.get_running_loop().time()
        running = asyncio.ensure_future(_many(arm, line, calls))
        most = idle
        while not running.done():
            await asyncio.wait([running], timeout=2.0)
            most = max(most, arm.agent_used().pss_mib)
        marks = await running
        seconds = asyncio.get_running_loop().time() - began
        talked = sum(lasted for _, lasted in marks)
        replies = [mark.reply_ms for mark, _ in marks if mark.reply_ms is not None]
        found += [
            Series(f"{calls} at once: replied", f"% of {len(marks)}", samples=[100 * len(replies) / len(marks)]),
            Series(f"{calls} at once: TTFA", samples=replies),
            Series(
                f"{calls} at once: agents' CPU", "core per call", samples=[(arm.agent_used().cpu_s - before) / talked]
            ),
            Series(f"{calls} at once: agents' memory", "MiB per call", samples=[(most - idle) / calls]),
            Series(f"{calls} at once: took", "s", samples=[seconds]),
        ]
    return found


async def _many(arm: Arm, line: Path, calls: int) -> list[tuple[Marks, float]]:
    """One that fails counts as a call without a reply."""

    async def one(number: int) -> list[tuple[Marks, float]]:
        await asyncio.sleep(number * APART_S)
        found = []
        for _ in range(2):
            began = asyncio.get_running_loop().time()
            marks = await measured_call(arm.stack.uri, line, arm.stack.rtp_ports, interrupt=False)
            found.append((marks, asyncio.get_running_loop().time() - began))
        return found

    return [pair for pairs in await asyncio.gather(*(one(number) for number in range(calls))) for pair in pairs]
