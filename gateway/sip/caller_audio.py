"""The caller's audio on its way into the room."""

from __future__ import annotations

import asyncio

from livekit import rtc

from gateway.sip.rtp.frames import FrameQueue
from gateway.sip.rtp.g711 import FRAME_SAMPLES, SAMPLE_RATE, Samples

# 20 ms frames need a queue at all (without one livekit takes 10 ms frames only); two frames of it
# absorb the jitter of a packet, and more could only become delay.
SOURCE_QUEUE_MS = 40
WAITING_FRAMES = 3


class CallerAudio:
    """Feeds one AudioSource; when LiveKit is slow, the oldest frames go."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=SOURCE_QUEUE_MS)
        self._waiting = FrameQueue(WAITING_FRAMES, trim_after=25)
        self._wake = asyncio.Event()

    def put(self, frame: Samples) -> None:
        self._waiting.put(frame)
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            frame = self._waiting.take()
            if frame is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            await self.source.capture_frame(rtc.AudioFrame(frame.tobytes(), SAMPLE_RATE, 1, FRAME_SAMPLES))

    @property
    def dropped(self) -> int:
        return self._waiting.dropped

    async def close(self) -> None:
        await self.source.aclose()
