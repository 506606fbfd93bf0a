"""The caller's audio on its way into the room."""

from __future__ import annotations

import asyncio
from collections import deque

import numpy as np
from livekit import rtc

from gateway.livekit.native_logs import keep_out_of_python
from gateway.livekit.own_events import capture
from gateway.sip.rtp.frames import silence
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples
from gateway.sip.rtp.resample import Doubler, Halver

# 20 ms frames need a queue at all (without one livekit takes 10 ms frames only); two frames of it
# absorb the jitter of a packet, and more could only become delay.
SOURCE_QUEUE_MS = 40
BURST_FRAMES = 3  # what arrives in one turn of the loop beyond these is late
KEPT_FRAMES = 8


async def warm_up() -> None:
    """Loads and starts LiveKit's native library, so that the first caller need not wait for it."""
    keep_out_of_python()
    await rtc.AudioSource(SAMPLE_RATE, 1).aclose()


class CallerAudio:
    """Feeds one AudioSource with frames of 20 ms at `frame_rate`; what LiveKit cannot take in time is dropped."""

    def __init__(self, frame_rate: int = SAMPLE_RATE) -> None:
        self.source = rtc.AudioSource(frame_rate, 1, queue_size_ms=SOURCE_QUEUE_MS)
        self.dropped = 0
        self.speaking = True
        self._rate = frame_rate
        self._silence = silence(frame_rate)
        self._resampled = Doubler() if frame_rate == 16000 else Halver()  # for frames of the other rate
        self._burst: list[Samples] = []
        self._loop = asyncio.get_running_loop()
        # LiveKit copies a frame when it is handed over; these stay in case it ever reads a moment later.
        self._kept: deque[rtc.AudioFrame] = deque(maxlen=KEPT_FRAMES)

    def speak(self, on: bool) -> None:
        """Whether the room hears the caller, from the next frame on.

        Silence goes there meanwhile, not nothing: who listens must notice that a sentence has ended.
        """
        if self.speaking and not on:
            self._burst = [self._silence] * len(self._burst)
            self.source.clear_queue()
        self.speaking = on

    def put(self, frame: Samples) -> None:
        """int16, 20 ms, at 8000 or 16000. Frames of one turn of the loop go together, so that none overtakes."""
        if not self._burst:
            self._loop.call_soon(self._hand_over)
        if not self.speaking:
            frame = self._silence
        elif len(frame) != len(self._silence):
            frame = self._resampled(frame)
        self._burst.append(frame)

    def _hand_over(self) -> None:
        self.dropped += max(0, len(self._burst) - BURST_FRAMES)
        samples = np.concatenate(self._burst[-BURST_FRAMES:])
        self._burst.clear()
        frame = rtc.AudioFrame(samples.tobytes(), self._rate, 1, len(samples))
        self._kept.append(frame)
        capture(self.source, frame)

    async def close(self) -> None:
        await self.source.aclose()
