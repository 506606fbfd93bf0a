"""A phone that speaks G.722 is heard in the room, and hears it, beyond what a narrow line carries."""

from __future__ import annotations

import asyncio

import numpy as np

from gateway.sip.node import SipNode
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import MediaPolicy
from tests.integration.sip_node.caller import HOST, Caller
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called, until
from tests.integration.switchboard import Switchboard

RATE, HERTZ = 16000, 6000
HIGH = (np.sin(np.arange(RATE) * 2 * np.pi * HERTZ / RATE) * 8000).astype(np.int16).reshape(-1, 320)


def strongest(samples: np.ndarray, rate: int) -> float:
    """Frequency in Hz; 0 where there is hardly anything."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples)) if np.abs(samples).max() > 500 else 0.0


async def test_what_is_above_4_khz_crosses_the_room_both_ways(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller
) -> None:
    await switchboard.add_trunk_and_rule()
    low = switchboard.plan.ports.rtp_low + 100
    rtp = RtpEndpoint(PortPool(HOST, low, low + 20), frame_rate=RATE)
    back: list[np.ndarray] = []
    said = 0

    def speak() -> np.ndarray:
        nonlocal said
        said += 1
        return HIGH[said % len(HIGH)]

    rtp.on_frame = lambda frame, at: back.append(frame)
    caller.open_rtp = lambda: rtp
    async with agent_when_called(switchboard) as coming:
        call = await caller.dial(node.port, policy=MediaPolicy(("G722",)))
        rtp.start(caller.media.take_answer(await call.answered()))
        rtp.pull = speak
        agent = await asyncio.wait_for(coming, 30)
        await until(lambda: abs(strongest_of(agent.heard, 48000) - HERTZ) < 100, "the agent hears the high tone")
        await until(lambda: abs(strongest_of(back, RATE) - HERTZ) < 100, "the caller hears its echo")
        await call.hangup()


def strongest_of(frames: list[np.ndarray], rate: int) -> float:
    """Of the last 200 ms."""
    return strongest(np.concatenate(frames[-10:]), rate) if len(frames) >= 10 else 0.0
