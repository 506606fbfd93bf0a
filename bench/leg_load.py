"""Phones and echoing participants in a process of their own: `python -m bench.leg_load` with one JSON line as argument.

It writes one JSON line when every call is answered (`steady`), and one with what it saw at the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle

import numpy as np
from livekit import api

from bench.round_trip import echo_participant
from gateway.kernel.logs import quiet_logs
from gateway.kernel.tasks import TaskSet
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.sdp import read_answer, write_offer
from gateway.sip.wire.ua import OutgoingCall, UserAgent

HOST = "127.0.0.1"
ANSWERED_WITHIN_S = 60.0
RINGS_S = 1.0
APART_S = 0.3  # what many at once do is measured elsewhere


@dataclass(frozen=True)
class Load:
    """`calls` held for `hold_s`; or, with `rate_s`, so many INVITEs a second for `hold_s`, given up a second after
    they ring: the leg has joined its room by then."""

    uri: str
    url: str
    key: str
    secret: str
    rtp_low: int
    calls: int
    hold_s: float
    rate_s: float = 0.0

    def argument(self) -> str:
        return json.dumps(asdict(self))


async def hold(load: Load) -> dict[str, object]:
    """`pace`: packets from the node against real time, per call; `drift_ms` the same over the whole time."""
    noise = np.random.default_rng(1).normal(0, 2000, (64, 160)).astype(np.int16)
    pool, agent = PortPool(HOST, load.rtp_low, load.rtp_low + 2 * load.calls + 20), UserAgent(HOST, 0, on_invite=_no)
    await agent.start()
    lines: list[tuple[OutgoingCall, RtpEndpoint]] = []
    echoes = asyncio.create_task(_echo_everywhere(load))
    for number in range(load.calls):
        rtp = RtpEndpoint(pool)
        rtp.pull = partial(next, cycle(noise))
        offer = write_offer(HOST, rtp.local_port)
        lines.append((await agent.call(load.uri, offer_sdp=offer, from_user=f"+1510555{number:04}"), rtp))
        await asyncio.sleep(APART_S)
    for line, rtp in lines:
        rtp.start(read_answer(await asyncio.wait_for(line.answered(), ANSWERED_WITHIN_S)))
    await asyncio.sleep(3.0)  # the echoes speak
    _tell({"steady": True})
    began, before = time.monotonic(), [rtp.stats["received"] for _, rtp in lines]
    await asyncio.sleep(load.hold_s)
    seconds = time.monotonic() - began
    heard = [rtp.stats["received"] - first for (_, rtp), first in zip(lines, before, strict=True)]
    await asyncio.gather(*(line.hangup() for line, _ in lines))
    echoes.cancel()
    for room in echoes.result() if echoes.done() and not echoes.cancelled() else ():
        await room.disconnect()
    await agent.stop()
    return {"pace": [count / (seconds * 50) for count in heard], "drift_ms": [c * 20 - seconds * 1000 for c in heard]}


async def _echo_everywhere(load: Load) -> list[object]:
    """One echo in each room, as the rooms appear."""
    joined: dict[str, object] = {}
    async with api.LiveKitAPI(load.url.replace("ws", "http", 1), load.key, load.secret) as lk:
        while len(joined) < load.calls:
            for room in (await lk.room.list_rooms(api.ListRoomsRequest())).rooms:
                if room.name not in joined and room.num_participants:  # not one of calls that are over
                    joined[room.name] = await echo_participant(load.url, load.key, load.secret, room.name)
            await asyncio.sleep(0.05)
    return list(joined.values())


async def flood(load: Load) -> dict[str, object]:
    """Milliseconds to 180 of those that rang, to 503 of those that were refused, and how many did neither."""
    agent = UserAgent(HOST, 0, on_invite=_no)
    await agent.start()
    rang: list[float] = []
    refused: list[float] = []
    calls: list[OutgoingCall] = []
    offer, began = write_offer(HOST, load.rtp_low), time.monotonic()
    for number in range(int(load.rate_s * load.hold_s)):
        await asyncio.sleep(max(0.0, began + number / load.rate_s - time.monotonic()))
        sent = time.monotonic()
        call = await agent.call(load.uri, offer_sdp=offer, from_user=f"+1510555{number:04}")
        call.on_ringing = partial(_rings, call, sent, rang, agent.tasks)
        calls.append(call)
        agent.tasks.start(_refusal(call, sent, refused), name="bench:refusal")
    _tell({"steady": True})
    await asyncio.sleep(3.0)
    await asyncio.gather(*(call.cancel() for call in calls))
    await asyncio.sleep(1.0)
    await agent.stop()
    return {"rang": rang, "refused": refused, "offered": len(calls), "seconds": load.hold_s}


def _rings(call: OutgoingCall, sent: float, rang: list[float], tasks: TaskSet) -> None:
    rang.append((time.monotonic() - sent) * 1000)
    tasks.start(_give_up(call), name="bench:give-up")


async def _give_up(call: OutgoingCall) -> None:
    """Long after the leg has joined its room."""
    await asyncio.sleep(RINGS_S)
    await call.cancel()


async def _refusal(call: OutgoingCall, sent: float, refused: list[float]) -> None:
    try:
        await call.answered()
    except CallFailed as failed:
        if failed.code == 503:
            refused.append((time.monotonic() - sent) * 1000)


def _no(call: object) -> None:
    raise AssertionError("nobody calls a load generator")


def _tell(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    quiet_logs()
    asked = Load(**json.loads(sys.argv[1]))
    _tell(asyncio.run(flood(asked) if asked.rate_s else hold(asked)))
