"""20 ms frames: cutting packets of any length into them, hiding lost ones, queueing few of them."""

from __future__ import annotations

from collections import deque

import numpy as np

from gateway.sip.rtp.g711 import FRAME_SAMPLES, Samples

CONCEALED_AT_MOST = 3
_FADE = (0.7, 0.4, 0.2)
SILENCE: Samples = np.zeros(FRAME_SAMPLES, dtype=np.int16)


class Framer:
    """Packets of 10, 20, 30, 40 or 60 ms in, frames of 160 samples out."""

    def __init__(self) -> None:
        self._rest: Samples = SILENCE[:0]

    def add(self, samples: Samples) -> list[Samples]:
        if not len(self._rest) and len(samples) == FRAME_SAMPLES:
            return [samples]
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // FRAME_SAMPLES
        self._rest = joined[whole * FRAME_SAMPLES :]
        return [joined[i * FRAME_SAMPLES : (i + 1) * FRAME_SAMPLES] for i in range(whole)]


class Concealer:
    """Repeats the last packet, fading, for at most three lost ones; a longer gap is left out."""

    def __init__(self) -> None:
        self._last: Samples = SILENCE
        self.concealed = 0

    def heard(self, samples: Samples) -> None:
        self._last = samples

    def fill(self, missing: int) -> list[Samples]:
        if not 0 < missing <= CONCEALED_AT_MOST:
            return []
        self.concealed += missing
        return [(self._last * _FADE[i]).astype(np.int16) for i in range(missing)]


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
