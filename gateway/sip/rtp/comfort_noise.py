"""Comfort noise (RFC 3389): how loud the peer's background is, and a sound of that level."""

from __future__ import annotations

import numpy as np

from gateway.sip.rtp.g711 import Samples

QUIETEST, LOUDEST = 127, 40  # -dBov; a packet that asks for more is not believed
OUR_LEVEL = 75  # what we say of our own silence
_SECONDS = 1
_STEP = 1009  # prime to the length, so that the noise does not repeat audibly


def level_of(payload: bytes) -> int:
    """The level in -dBov, within what is comfortable; the spectrum behind it is left out."""
    return min(QUIETEST, max(LOUDEST, payload[0] & 0x7F)) if payload else QUIETEST


def payload_of(level: int = OUR_LEVEL) -> bytes:
    return bytes([level])


class ComfortNoise:
    """White noise of a level, cut from one second of it."""

    def __init__(self, sample_rate: int) -> None:
        self._frame = sample_rate // 50
        noise = np.random.default_rng(3389).standard_normal(sample_rate * _SECONDS + self._frame)
        self._noise = noise.astype(np.float32)
        self._level = -1
        self._scaled: Samples = np.zeros(len(noise), dtype=np.int16)
        self._at = 0

    def frame(self, level: int) -> Samples:
        """20 ms at `level` -dBov: 0 would be a full-scale square wave."""
        if level != self._level:
            self._level = level
            self._scaled = np.clip(self._noise * (32767 * 10 ** (-level / 20)), -32767, 32767).astype(np.int16)
        self._at = (self._at + _STEP) % (len(self._scaled) - self._frame)
        return self._scaled[self._at : self._at + self._frame]
