"""A flood of forged RTP and RTCP on a call that talks: it goes on being heard both ways, and the node stays small."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.integration.sip_node.caller import TONE, Caller
from tests.integration.sip_node.fakes import until
from tests.sip.scenarios.desk import Desk
from tests.sip.storms.honest import heard_call, whole_call
from tests.sip.storms.live_node import LiveNode
from tests.sip.storms.rtp_storm import RtpStorm, is_tone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TICKS = 350  # of 20 ms, in each half: 3500 packets from the peer's address, as many from others, 2800 of RTCP
GROWTH = 1.05
HEARD = 0.5  # of the frames; less is left when the machine is busy elsewhere


class Mouth:
    """Speaks the tone, and with each frame throws the storm while there are `left` ticks of it."""

    def __init__(self, caller: Caller, storm: RtpStorm) -> None:
        self._caller, self._storm = caller, storm
        self.left = 0
        self.over = asyncio.Event()

    def pull(self) -> NDArray[np.int16]:
        flow = self._caller.rtp._flow
        if self.left and flow:
            self._storm.throw(flow.outgoing.ssrc, flow.outgoing._sequence)
            self.left -= 1
            if not self.left:
                self.over.set()
        return TONE

    async def storm(self, ticks: int) -> None:
        self.over.clear()
        self.left = ticks
        async with asyncio.timeout(120):
            await self.over.wait()


def share_of_tone(frames: list[NDArray[np.int16]]) -> float:
    return sum(map(is_tone, frames)) / max(1, len(frames))


async def test_a_flood_leaves_the_calls_audio_and_the_memory_as_they_were(
    node: LiveNode, desk: Desk, callers: list[Caller]
) -> None:
    caller, other, _ = callers
    call = await heard_call(caller, node)
    agent = await desk.agent(call.sip_call_id)
    call_id = await desk.call(call.sip_call_id)
    before = await node.figures()
    heard: list[NDArray[np.int16]] = []
    caller.rtp.on_frame = lambda frame, at: heard.append(frame)
    assert caller.rtp._flow
    storm = RtpStorm(caller.rtp._pair.rtp, caller.rtp._flow.lock.target, seed=3550)
    mouth = Mouth(caller, storm)
    caller.rtp.pull = mouth.pull
    resident: list[int] = []
    for _ in range(2):  # the first half fills its windows and histories
        begin = len(heard), len(agent.heard)
        happening = asyncio.ensure_future(mouth.storm(TICKS))
        await whole_call(other, node)
        await happening
        resident.append((await node.figures())["resident"])
        shares = share_of_tone(heard[begin[0] :]), share_of_tone(agent.heard[begin[1] :])
        print("tone heard by caller and agent", shares, "of", len(heard) - begin[0], len(agent.heard) - begin[1])
        assert min(shares) > HEARD
    after = (await node.figures())["rtp"][call_id]
    print("resident MiB", [round(size / 2**20, 1) for size in (before["resident"], *resident)], storm.sent, after)
    assert resident[1] < resident[0] * GROWTH

    # Nothing of this is so because the node did not read it.
    assert after["foreign"] > TICKS * 10
    assert after["malformed"] > TICKS
    assert after["wrong_payload_type"] > TICKS
    assert after["received"] > TICKS * 6
    storm.close()
    heard.clear()
    await until(lambda: len(heard) > 25 and share_of_tone(heard[-25:]) == 1.0, "the tone alone, once the storm is over")
    await call.hangup()
    await node.until(lambda figures: not figures["calls"] and not figures["kept"]["rtp_ports"], "the call ended")
