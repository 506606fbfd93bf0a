"""The tone a caller hears while the other side rings (ITU-T E.180 supplement 2). Pure."""

from __future__ import annotations

import numpy as np

from gateway.sip.rtp.g711 import FRAME_SAMPLES, SAMPLE_RATE, Samples

LEVEL = 3000  # of 32767 for each frequency, about -21 dBm0
# (frequencies in Hz, seconds on, seconds off)
NORTH_AMERICA = ((440.0, 480.0), 2.0, 4.0)
EUROPE = ((425.0,), 1.0, 4.0)


class Ringback:
    """`next_frame()` gives int16[160] at 8 kHz, for ever."""

    def __init__(self, number: str = "") -> None:
        """The tone of the country that `number` (E.164) belongs to: North America's, or Europe's for all others."""
        self._tones, on_s, off_s = NORTH_AMERICA if number.startswith("+1") else EUROPE
        self._on, self._cadence = int(on_s * SAMPLE_RATE), int((on_s + off_s) * SAMPLE_RATE)
        self._position = 0

    def next_frame(self) -> Samples:
        at = np.arange(self._position, self._position + FRAME_SAMPLES)
        self._position = (self._position + FRAME_SAMPLES) % self._cadence
        wave = np.sum([np.sin(2 * np.pi * tone * at / SAMPLE_RATE) for tone in self._tones], axis=0)
        return np.where(at % self._cadence < self._on, wave * LEVEL, 0).astype(np.int16)
