"""The caller's audio on its way into the room."""

from __future__ import annotations

import asyncio
from collections import deque

import numpy as np
from livekit import rtc

from gateway.sip.livekit_ffi import capture
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples

# 20 ms frames need a queue at all (without one livekit takes 10 ms frames only); two frames of it
# absorb the jitter of a packet, and more could only become delay.
SOURCE_QUEUE_MS = 40
BURST_FRAMES = 3  # what arrives in one turn of the loop beyond these is late
KEPT_FRAMES = 8


async def warm_up() -> None:
    """Loads and starts LiveKit's native library, so that the first caller need not wait for it."""
    await rtc.AudioSource(SAMPLE_RATE, 1).aclose()


class CallerAudio:
    """Feeds one AudioSource; what LiveKit cannot take in time is dropped, never saved up."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=SOURCE_QUEUE_MS)
        self.dropped = 0
        self._burst: list[Samples] = []
        self._loop = asyncio.get_running_loop()
        # LiveKit copies a frame when it is handed over; these stay in case it ever reads a moment later.
        self._kept: deque[rtc.AudioFrame] = deque(maxlen=KEPT_FRAMES)

    def put(self, frame: Samples) -> None:
        """int16[160] at 8 kHz. Frames of one turn of the loop go together, or they might overtake each other."""
        if not self._burst:
            self._loop.call_soon(self._hand_over)
        self._burst.append(frame)

    def _hand_over(self) -> None:
        self.dropped += max(0, len(self._burst) - BURST_FRAMES)
        samples = np.concatenate(self._burst[-BURST_FRAMES:])
        self._burst.clear()
        frame = rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, len(samples))
        self._kept.append(frame)
        capture(self.source, frame)

    async def close(self) -> None:
        await self.source.aclose()
