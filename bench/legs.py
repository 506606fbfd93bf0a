"""What legs cost the node at 1, 10 and 20 calls, against livekit-server in the same run; pace, drift, set-ups a second.

No agents: an echo in each room, so that what is measured is node and rooms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.figures import Series
from bench.leg_load import Load
from bench.processes import Usage
from bench.stack import BenchStack

COUNTS = (1, 10, 20)
HELD_S, LONG_S = 12.0, 60.0
OFFERED_PER_S, OFFERED_S = 30.0, 10.0
UNLIMITED = {
    "GATEWAY_SIP__INVITES_PER_NUMBER_S": "0",
    "GATEWAY_SIP__INVITES_PER_SOURCE_S": "0",
    "GATEWAY_SIP__MAX_CALLS": "150",
}


async def measure(stack: BenchStack, tick: Callable[[str], None]) -> list[Series]:
    found: list[Series] = []
    idle = stack.used()
    for calls in COUNTS:
        tick(f"legs: {calls} calls")
        found += await _held(stack, calls, idle)
    tick("legs: set-ups")
    return [*found, *await _set_ups(stack)]


def _load(stack: BenchStack, calls: int, hold_s: float, rate_s: float = 0.0) -> Load:
    room = stack.room
    return Load(stack.uri, room.url, room.api_key, room.api_secret, stack.rtp_ports[0], calls, hold_s, rate_s)


async def _held(stack: BenchStack, calls: int, idle: dict[str, Usage]) -> list[Series]:
    hold_s = LONG_S if calls == 1 else HELD_S
    process = await _start(_load(stack, calls, hold_s))
    assert (await _line(process))["steady"]
    before, began = stack.used(), time.monotonic()
    await asyncio.sleep(hold_s - 1)
    after, seconds = stack.used(), time.monotonic() - began
    seen = await _line(process)
    await process.wait()

    def cores(name: str) -> float:
        return (after[name].cpu_s - before[name].cpu_s) / seconds / calls

    node, rooms = cores("sip-node"), cores("livekit-server")
    at = f"{calls} call{'s' if calls > 1 else ''}"
    aim = "<= 2.1" if calls == 10 else ""
    memory = (after["sip-node"].pss_mib - idle["sip-node"].pss_mib) / calls
    drift = [Series(f"drift of a call of {LONG_S:.0f} s", samples=list(seen["drift_ms"]))] if calls == 1 else []
    return [
        Series(f"node CPU per leg, {at}", "cores", samples=[node]),
        Series(f"the same over livekit-server's per call, {at}", "times", aim, [node / rooms]),
        Series(f"node memory per leg, {at}", "MiB", "<= 3", [memory]),
        Series(f"packets to the phone over real time, {at}", "times", "1 ± 0.001", list(seen["pace"])),
        *drift,
    ]


async def _set_ups(stack: BenchStack) -> list[Series]:
    process = await _start(_load(stack, 0, OFFERED_S, OFFERED_PER_S))
    assert (await _line(process))["steady"]
    seen = await _line(process)
    await process.wait()
    answered = len(seen["rang"]) + len(seen["refused"])
    offered = f"{OFFERED_PER_S:.0f} a second offered"
    return [
        Series(f"set-ups a second, {offered}", "1/s", ">= 30", [len(seen["rang"]) / seen["seconds"]]),
        Series(f"INVITE to 180, {offered}", samples=seen["rang"]),
        Series(f"INVITE to 503, {offered}", aim="<= 50", samples=seen["refused"]),
        Series("calls that got neither", f"of {seen['offered']}", "0", [float(seen["offered"] - answered)]),
    ]


async def _start(load: Load) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.leg_load", load.argument(), stdout=asyncio.subprocess.PIPE
    )


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("the load generator ended early; what it said is above")
    return json.loads(line)
