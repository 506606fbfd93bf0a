"""Audio of 8, 16 or 48 kHz in chunks of any length, cut into the detector's frames. Pure.

A LiveKit track needs none of it: `rtc.AudioStream(track, sample_rate=8000, frame_size_ms=20)` gives such frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gateway.kernel.errors import BadInput
from gateway.sip.rtp.frames import Framer
from gateway.sip.rtp.g711 import FRAME_SAMPLES, SAMPLE_RATE, Samples

RATES = (8000, 16000, 48000)
TAPS_A_STEP = 16  # of the filter in front, for each sample that is left out


class Intake:
    """`take` gives the whole frames of 160 samples that are there by now. Delay: 2 ms. Raises BadInput."""

    def __init__(self, rate: int) -> None:
        if rate not in RATES:
            raise BadInput(
                f"answering-machine detection takes audio of {', '.join(map(str, RATES))} Hz, not {rate}",
                todo="ask the track for 8000 Hz",
            )
        self._framer = Framer(FRAME_SAMPLES)
        self._step = rate // SAMPLE_RATE
        self._taps = _below_4_khz(self._step)
        self._before: Samples = np.zeros(len(self._taps) - 1, np.int16)

    def take(self, samples: Samples) -> list[Samples]:
        """`samples`: int16, one channel."""
        if samples.dtype != np.int16 or samples.ndim != 1:
            raise BadInput(
                f"audio is one channel of 16-bit samples, not {samples.ndim} dimensions of {samples.dtype}",
                todo="mix it down to one channel of int16 first",
            )
        return self._framer.add(samples if self._step == 1 else self._thinned(samples))

    def _thinned(self, samples: Samples) -> Samples:
        """Every nth sample of what is left when the filter has taken out what 8 kHz cannot carry."""
        joined = np.concatenate((self._before, samples))
        reach = len(self._taps) - 1
        count = max(0, -(-(len(joined) - reach) // self._step))
        windows = np.lib.stride_tricks.sliding_window_view(joined, reach + 1)[:: self._step] if count else joined[:0]
        self._before = joined[count * self._step :]
        if not count:
            return joined[:0]
        return np.clip(np.rint(windows @ self._taps), -32768, 32767).astype(np.int16)


def _below_4_khz(step: int) -> NDArray[np.float32]:
    reach = TAPS_A_STEP * step // 2
    at = np.arange(-reach, reach + 1)
    taps = np.sinc(at * 0.92 / step) * np.kaiser(len(at), 7.0)
    return (taps / taps.sum()).astype(np.float32)
