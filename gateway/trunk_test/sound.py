"""A known sound, and where it is in what was heard. Pure."""

from __future__ import annotations

from functools import cache

import numpy as np

from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples

CHIRP_S = 0.3
LOW_HZ, HIGH_HZ = 500, 2500  # within what a telephone line carries
PEAK = 9000  # of 32767
ALIKE = 0.4  # of 1: speech beside it, G.711 and a repaired loss leave more than that


@cache
def chirp() -> Samples:
    """A sweep with soft edges, 8 kHz."""
    length = int(SAMPLE_RATE * CHIRP_S)
    t = np.arange(length) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * (LOW_HZ * t + (HIGH_HZ - LOW_HZ) / (2 * CHIRP_S) * t**2))
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.02 * SAMPLE_RATE))
    return (PEAK * wave * edge).astype(np.int16)


def place_of(wanted: Samples, heard: Samples) -> int | None:
    """Where `wanted` begins in `heard`, in samples; None when nothing there is like it."""
    if len(heard) < len(wanted):
        return None
    pattern, line = wanted.astype(np.float64), heard.astype(np.float64)
    likeness = np.correlate(line, pattern, "valid")
    energy = np.convolve(line**2, np.ones(len(pattern)), "valid")
    scores = likeness / (np.linalg.norm(pattern) * np.sqrt(np.maximum(energy, 1.0)))
    best = int(np.argmax(np.abs(scores)))  # a line may turn the sign
    return best if abs(scores[best]) >= ALIKE else None
