"""Comfort noise (RFC 3389): how loud the peer's background is, and a sound of that level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gateway.sip.rtp.g711 import Samples

QUIETEST, LOUDEST = 127, 40  # -dBov; a packet that asks for more is not believed
OUR_LEVEL = 75  # what we say of our own silence
_STEP = 1009  # prime to the length, so that the noise does not repeat audibly


def level_of(payload: bytes) -> int:
    """The level in -dBov, within what is comfortable; the spectrum behind it is left out."""
    return min(QUIETEST, max(LOUDEST, payload[0] & 0x7F)) if payload else QUIETEST


def payload_of(level: int = OUR_LEVEL) -> bytes:
    return bytes([level])


@lru_cache(maxsize=64)
def _noise(sample_rate: int, level: int) -> Samples:
    """A second of white noise of `level` -dBov (0 would be a full-scale square wave), shared by all legs."""
    noise = np.random.default_rng(3389).standard_normal(sample_rate)
    return np.clip(noise * (32767 * 10 ** (-level / 20)), -32767, 32767).astype(np.int16)


class ComfortNoise:
    """White noise of a level, cut from one second of it."""

    def __init__(self, sample_rate: int) -> None:
        self._rate, self._frame = sample_rate, sample_rate // 50
        self._at = 0

    def frame(self, level: int) -> Samples:
        """20 ms at `level` -dBov."""
        self._at = (self._at + _STEP) % (self._rate - self._frame)
        return _noise(self._rate, level)[self._at : self._at + self._frame]
