"""All of it: a stack, its callers and humans, batch after batch, and what is left behind each."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bench.chaos.judge import Seen
from bench.chaos.lane import Lane, all_in_livekit, open_lane
from bench.chaos.phones import HOST, Caller
from bench.chaos.plan import Batch, planned
from bench.chaos.record import Record
from bench.chaos.round import Chaos, Round
from gateway.phone import phone
from gateway.phone.recording import read_wav
from gateway.sip.rtp.ports import PortPool
from gateway.stack.ports import PortAllocator
from tests.sip.conftest import start_stack

PHONE_PORTS = 200
LEFT_WITHIN_S = 45.0
QUESTION = Path(phone.__file__).parent / "lines" / "what_are_your_opening_hours.wav"
Say = Callable[[str], None]


async def storm(count: int, seed: int, lanes: int, folder: Path, say: Say) -> tuple[list[Seen], Counter[str]]:
    """What became of each caller, and what was left that should not be."""
    stack = await asyncio.to_thread(start_stack, folder / "stack")
    seen, left = list[Seen](), Counter[str]()
    async with AsyncExitStack() as after:
        after.callback(stack.stop)
        record = Record(stack)
        after.push_async_callback(record.close)
        low = PortAllocator().block(PHONE_PORTS)
        pool = PortPool(HOST, low, low + PHONE_PORTS - 2)
        opened = [await open_lane(stack, pool, place) for place in range(min(lanes, count))]
        for lane in opened:
            for desk in lane.desks:
                after.push_async_callback(desk.stop)
        await asyncio.to_thread(all_in_livekit, stack)
        for batch in planned(seed, count, lanes):
            began = time.monotonic()
            some = await _together(batch, opened, pool, record)
            seen += some
            await record.ready()
            rest = await _left(record)
            left.update(rest)
            tell(say, len(seen), batch, some, rest, time.monotonic() - began)
    return seen, left


async def _together(batch: Batch, lanes: list[Lane], pool: PortPool, record: Record) -> list[Seen]:
    chaos, question = Chaos(batch.kill, record, asyncio.Barrier(len(batch.transfers))), read_wav(QUESTION)
    rounds = [
        Round(lane, plan, chaos, place, Caller(pool, lane.caller, question), record)
        for place, (lane, plan) in enumerate(zip(lanes, batch.transfers, strict=False))
    ]
    return list(await asyncio.gather(*(one.run() for one in rounds)))


async def _left(record: Record) -> dict[str, int]:
    rest: dict[str, int] = {}

    async def nothing() -> bool:
        rest.clear()
        rest.update(await record.left())
        return not rest

    await record.until(nothing, LEFT_WITHIN_S)
    return rest


def tell(say: Say, done: int, batch: Batch, some: list[Seen], rest: dict[str, int], seconds: float) -> None:
    kill = batch.kill
    say(
        f"{done:4} {kill.victim} killed, {kill.moment} + {kill.after_s:.1f} s of the {kill.whose + 1}.; {seconds:.0f} s"
    )
    for one in some:
        plan, invites = one.plan, sum(len(some) for some in one.invites)
        notes = [one.why, *one.problems, *one.gave_up, *(["DOUBLY DIALLED"] if one.doubly_dialled else [])]
        what = f"{plan.mode} {plan.shape} ({', '.join(plan.manners if plan.shape != 'one' else plan.manners[:1])})"
        times = f"again {one.again_s:.1f} s, alone {one.alone_s:.1f} s, {invites} invites"
        say(f"     {one.fate:13}{what}; {times} {one.call_id} {'; '.join(filter(None, notes))}")
    if rest:
        say(f"     LEFT: {rest}")
