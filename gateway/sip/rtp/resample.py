"""8 kHz to 16 kHz and back, frame by frame, by a half-band filter. Pure.

Each keeps the last samples of the frame before, so that frames join without a seam; delay 1 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gateway.sip.rtp.g711 import Samples

_HALF = 8  # the filter has 4 * _HALF - 1 taps, all but 2 * _HALF and the middle one of them zero
_ODD = np.arange(-2 * _HALF + 1, 2 * _HALF, 2)


def _taps() -> NDArray[np.float32]:
    taps = np.sinc(_ODD / 2) * np.kaiser(4 * _HALF + 1, 7.0)[_ODD + 2 * _HALF]
    return (taps / taps.sum()).astype(np.float32)


_TAPS = _taps()


def _rounded(samples: NDArray[np.floating]) -> Samples:
    return np.rint(np.clip(samples, -32768, 32767)).astype(np.int16)


class Doubler:
    """int16 at 8 kHz in, twice as many at 16 kHz out."""

    def __init__(self) -> None:
        self._before = np.zeros(2 * _HALF - 1, dtype=np.float32)

    def __call__(self, samples: Samples) -> Samples:
        joined = np.concatenate((self._before, samples.astype(np.float32)))
        self._before = joined[len(samples) :]
        doubled = np.empty(2 * len(samples), dtype=np.float32)
        doubled[0::2] = joined[_HALF - 1 : _HALF - 1 + len(samples)]
        doubled[1::2] = np.convolve(joined, _TAPS, "valid")
        return _rounded(doubled)


class Halver:
    """int16 at 16 kHz in, half as many at 8 kHz out; what 8 kHz cannot carry is taken out first."""

    def __init__(self) -> None:
        self._odd_before = np.zeros(2 * _HALF - 1, dtype=np.float32)
        self._even_before = np.zeros(_HALF - 1, dtype=np.float32)

    def __call__(self, samples: Samples) -> Samples:
        half = len(samples) // 2
        odd = np.concatenate((self._odd_before, samples[1::2].astype(np.float32)))
        even = np.concatenate((self._even_before, samples[0::2].astype(np.float32)))
        self._odd_before, self._even_before = odd[half:], even[half:]
        return _rounded((even[:half] + np.convolve(odd, _TAPS, "valid")) * np.float32(0.5))


class SameRate:
    def __call__(self, samples: Samples) -> Samples:
        return samples


Resampler = Doubler | Halver | SameRate


def resampler(of: int, to: int) -> Resampler:
    """From one of 8000 and 16000 to one of them."""
    if of == to:
        return SameRate()
    return Doubler() if of < to else Halver()
