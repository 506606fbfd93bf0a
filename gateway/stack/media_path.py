"""A real RTP stream both ways between two of our endpoints on loopback; no microphone, no SIP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import MediaChoice
from gateway.stack.ports import PortAllocator

FRAMES = 25  # half a second of 20 ms frames


@dataclass(frozen=True)
class MediaPathReport:
    sent: int
    received_there: int
    received_back: int

    @property
    def both_ways(self) -> bool:
        return min(self.received_there, self.received_back) >= FRAMES * 0.8

    def sentence(self) -> str:
        return (
            f"RTP on loopback: {self.received_there}/{self.sent} packets there, {self.received_back}/{self.sent} back"
        )


async def measure_media_path() -> MediaPathReport:
    """Opens two endpoints on 127.0.0.1, sends half a second of a tone each way, counts what arrives."""
    allocator = PortAllocator()
    low = allocator.block(8)
    pool = PortPool("127.0.0.1", low, low + 6)
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(160) / 8000)).astype(np.int16)
    received = [0, 0]
    done = asyncio.Event()
    with RtpEndpoint(pool) as here, RtpEndpoint(pool) as there:

        def count(side: int) -> None:
            received[side] += 1
            if min(received) >= FRAMES:
                done.set()

        here.on_frame = lambda frame, at: count(1)
        there.on_frame = lambda frame, at: count(0)
        here.start(_towards(there.local_port))
        there.start(_towards(here.local_port))
        for _ in range(FRAMES):
            here.send(tone)
            there.send(tone)
            await asyncio.sleep(0.02)
        try:
            await asyncio.wait_for(done.wait(), 2.0)
        except TimeoutError:
            done.clear()
    allocator.close()
    return MediaPathReport(FRAMES, received[0], received[1])


def _towards(port: int) -> MediaChoice:
    return MediaChoice(codec="PCMU", payload_type=0, remote_host="127.0.0.1", remote_port=port)
