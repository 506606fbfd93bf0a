"""Hides what did not arrive: the last pitch period again and again, fading (after ITU-T G.711 Appendix I)."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from gateway.sip.rtp.g711 import Samples

LONGEST_MS = 60
_STEADY_MS = 10  # at full strength; from there down to nothing
_SHORTEST_PERIOD_MS, _LONGEST_PERIOD_MS = 2.5, 15.0
_TEMPLATE_MS = 10
_JOIN_MS = 3
_REMEMBERED = 6  # packets of 10 ms or more: enough for a period and its template

Wave = NDArray[np.float32]


class Concealer:
    """Feed it every decoded packet by `heard`; ask `fill` for what is missing."""

    def __init__(self, sample_rate: int = 8000) -> None:
        self.concealed_ms = 0.0
        self._rate_ms = sample_rate // 1000
        self._last: deque[Samples] = deque(maxlen=_REMEMBERED)
        self._period: Wave | None = None  # of the loss that goes on
        self._filled = 0

    def heard(self, samples: Samples) -> Samples:
        """The packet itself, its beginning blended with what was made up before it."""
        if self._period is not None and len(samples):
            samples = self._joined(samples)
            self._period, self._filled = None, 0
        self._last.append(samples)
        return samples

    def forget(self) -> None:
        """What comes next has nothing to do with what was."""
        self._last.clear()
        self._period, self._filled = None, 0

    def fill(self, length: int) -> Samples:
        """Up to `length` samples, fewer or none once 60 ms of this loss are filled or nothing was heard."""
        length = min(length, LONGEST_MS * self._rate_ms - self._filled)
        if length <= 0 or not self._last:
            return np.zeros(0, dtype=np.int16)
        wave = self._continued(length)
        fade_from, fade_over = _STEADY_MS * self._rate_ms, (LONGEST_MS - _STEADY_MS) * self._rate_ms
        place = np.arange(self._filled, self._filled + length, dtype=np.float32)
        self._filled += length
        self.concealed_ms += length / self._rate_ms
        return (wave * np.clip(1 - (place - fade_from) / fade_over, 0, 1)).astype(np.int16)

    def _continued(self, length: int) -> Wave:
        if self._period is None:
            self._period = self._find_period()
        return np.take(self._period, np.arange(self._filled, self._filled + length), mode="wrap")

    def _joined(self, samples: Samples) -> Samples:
        length = min(_JOIN_MS * self._rate_ms, len(samples))
        before = self._continued(length) if self._filled < LONGEST_MS * self._rate_ms else np.zeros(length, np.float32)
        rising = np.linspace(0, 1, length, dtype=np.float32)
        joined = samples.copy()
        joined[:length] = before * (1 - rising) * self._strength() + samples[:length] * rising
        return joined

    def _strength(self) -> float:
        faded = self._filled / self._rate_ms - _STEADY_MS
        return min(1.0, max(0.0, 1 - faded / (LONGEST_MS - _STEADY_MS)))

    def _find_period(self) -> Wave:
        """The stretch at the end of what was heard that is most like the one just before it."""
        past = np.concatenate(self._last).astype(np.float32)
        template, longest = _TEMPLATE_MS * self._rate_ms, int(_LONGEST_PERIOD_MS * self._rate_ms)
        shortest = int(_SHORTEST_PERIOD_MS * self._rate_ms)
        if len(past) < template + longest + 1:
            return past
        searched = past[-template - longest : -shortest]
        likeness = np.correlate(searched, past[-template:], "valid")
        energy = np.cumsum(np.concatenate(([np.float32(0)], searched * searched)))
        strength = np.sqrt(energy[template:] - energy[:-template] + 1)
        period = longest - int(np.argmax(likeness / strength))
        wave = past[-period:].copy()
        # The end of a period runs into its beginning as the sound did one period ago.
        join = max(1, min(period // 4, _JOIN_MS * self._rate_ms))
        rising = np.linspace(0, 1, join, dtype=np.float32)
        before = past[-period - join : -period]
        step = wave[-1] - before[-1]
        wave[:join] += step * (1 - rising)
        wave[-join:] = wave[-join:] * (1 - rising) + (before + step) * rising
        return wave
