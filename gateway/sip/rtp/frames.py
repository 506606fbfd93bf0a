"""20 ms frames: cutting packets of any length into them, joining two into one, queueing few of them."""

from __future__ import annotations

from collections import deque

import numpy as np

from gateway.sip.rtp.g711 import FRAME_SAMPLES, Samples

SILENCE: Samples = np.zeros(FRAME_SAMPLES, dtype=np.int16)
FRAMES_PER_S = 50


def silence(sample_rate: int) -> Samples:
    """20 ms of nothing."""
    return SILENCE if sample_rate == 8000 else np.zeros(sample_rate // FRAMES_PER_S, dtype=np.int16)


def joined(one: Samples, two: Samples) -> Samples:
    """Two frames that follow each other, blended into one without a step at either end."""
    rising = np.linspace(0, 1, len(one), dtype=np.float32)
    return (one * (1 - rising) + two * rising).astype(np.int16)


class Framer:
    """Packets of 10, 20, 30, 40 or 60 ms in, frames of `size` samples out."""

    def __init__(self, size: int = FRAME_SAMPLES) -> None:
        self._size = size
        self._rest: Samples = SILENCE[:0]

    def add(self, samples: Samples) -> list[Samples]:
        if not len(self._rest) and len(samples) == self._size:
            return [samples]
        together = np.concatenate((self._rest, samples))
        whole = len(together) // self._size
        self._rest = together[whole * self._size :]
        return [together[i * self._size : (i + 1) * self._size] for i in range(whole)]

    def rest(self) -> list[Samples]:
        """What is left, filled up with silence: the sound ends here."""
        left, self._rest = self._rest, SILENCE[:0]
        return [np.pad(left, (0, self._size - len(left)))] if len(left) else []


class FrameQueue:
    """A short queue between something that makes frames and the clock that takes one per tick.

    Full: the oldest goes. A frame that has waited in it for a whole second without need is
    trimmed, so a hiccup does not become a standing delay.
    """

    def __init__(self, capacity: int = 4, trim_after: int = 50) -> None:
        self._frames: deque[Samples] = deque(maxlen=capacity)
        self._capacity = capacity
        self._trim_after = trim_after
        self._spare_ticks = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: Samples) -> None:
        if len(self._frames) == self._capacity:
            self.dropped += 1
        self._frames.append(frame)

    def take(self) -> Samples | None:
        if not self._frames:
            self._spare_ticks = 0
            return None
        frame = self._frames.popleft()
        self._spare_ticks = self._spare_ticks + 1 if self._frames else 0
        if self._spare_ticks >= self._trim_after:
            self._frames.popleft()
            self._spare_ticks = 0
            self.dropped += 1
        return frame

    def clear(self) -> None:
        self._frames.clear()
