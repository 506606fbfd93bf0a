"""Everybody in the room as one voice for the phone: short queues, one sum per clock tick."""

from __future__ import annotations

import numpy as np

from gateway.sip.rtp.frames import SILENCE, FrameQueue
from gateway.sip.rtp.g711 import Samples

QUEUE_FRAMES = 4


class Mixer:
    """Frames are int16[160] at 8 kHz. Late audio is dropped by the queues, never saved up."""

    def __init__(self) -> None:
        self._queues: dict[str, FrameQueue] = {}

    def open(self, track: str) -> FrameQueue:
        queue = self._queues[track] = FrameQueue(QUEUE_FRAMES)
        return queue

    def close(self, track: str) -> None:
        self._queues.pop(track, None)

    def mix(self) -> Samples:
        """One frame of everybody; silence when nobody speaks."""
        frames = [frame for queue in self._queues.values() if (frame := queue.take()) is not None]
        if not frames:
            return SILENCE
        if len(frames) == 1:
            return frames[0]
        total = np.sum(frames, axis=0, dtype=np.int32)
        return np.clip(total, -32768, 32767).astype(np.int16)

    @property
    def dropped(self) -> int:
        return sum(queue.dropped for queue in self._queues.values())
