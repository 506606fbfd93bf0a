"""Several voices in 16 bits: a gain that comes down before the sum would be cut off, and goes up again slowly. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gateway.sip.rtp.g711 import Samples

CEILING = 32000
RECOVERY = 1.12  # per frame: 1 dB in 20 ms


class Limiter:
    """For frames of `size` samples that follow each other."""

    def __init__(self, size: int) -> None:
        self._gain = 1.0
        self._rising = np.linspace(0, 1, size, dtype=np.float32)
        self._quick = np.minimum(np.arange(size, dtype=np.float32) / (size / 10), 1)  # 2 ms

    def limited(self, total: NDArray[np.int32]) -> Samples:
        """The sum of some voices, quieter where it would not fit."""
        peak = max(int(total.max()), -int(total.min()), 1)
        wanted = min(1.0, CEILING / peak)
        before = self._gain
        if before == wanted == 1.0:
            return total.astype(np.int16)
        self._gain = wanted if wanted < before else min(wanted, before * RECOVERY)
        ramp = self._quick if self._gain < before else self._rising
        return np.clip(total * (before + (self._gain - before) * ramp), -32768, 32767).astype(np.int16)

    def single(self, frame: Samples) -> Samples:
        """One voice alone: untouched, unless the gain is still on its way up."""
        return frame if self._gain == 1.0 else self.limited(frame.astype(np.int32))

    def rest(self) -> None:
        """Nothing was heard in this frame."""
        self._gain = min(1.0, self._gain * RECOVERY)
