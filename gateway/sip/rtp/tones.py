"""Keys as tones (ITU-T Q.23): the eight frequencies, and the sound of a key. Pure."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gateway.sip.rtp.digits import PAUSE_MS, TICK_MS, check_digits
from gateway.sip.rtp.frames import silence
from gateway.sip.rtp.g711 import Samples

LOW = (697, 770, 852, 941)
HIGH = (1209, 1336, 1477, 1633)
GRID = ("123A", "456B", "789C", "*0#D")  # row = low frequency, column = high frequency
LOW_DBM0, HIGH_DBM0 = -9.0, -7.0  # the higher group is sent 2 dB louder, for the line takes more of it (Q.23)
FULL_SCALE_DBM0 = 3.14  # a sine that just fits into 16 bits (ITU-T G.711)
_RAMP_MS = 2
SHORTEST_MS = 60  # with margin over the 40 ms that every receiver must take
SHORTEST_GAP_MS = 60


def amplitude(dbm0: float) -> float:
    """The peak value of a sine of that level."""
    return 32767 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)


def frequencies_of(digit: str) -> tuple[int, int]:
    """The low and the high frequency of a key in Hz."""
    row = next(row for row in GRID if digit in row)
    return LOW[GRID.index(row)], HIGH[row.index(digit)]


@lru_cache(maxsize=128)
def tone(digit: str, sample_rate: int, length_ms: int) -> Samples:
    """The sound of one key, with soft edges."""
    length = sample_rate * length_ms // 1000
    angle = 2 * np.pi * np.arange(length) / sample_rate
    low, high = frequencies_of(digit)
    wave = amplitude(LOW_DBM0) * np.sin(low * angle) + amplitude(HIGH_DBM0) * np.sin(high * angle)
    ramp = np.clip(np.arange(length) / (sample_rate * _RAMP_MS / 1000), 0, 1)
    return (wave * ramp * ramp[::-1]).astype(np.int16)


def tone_frames(digits: str, sample_rate: int, tone_ms: int, gap_ms: int) -> list[Samples]:
    """What is heard on each 20 ms tick; `w` or `,` is half a second of silence. Raises BadInput."""
    tone_ticks = -(-max(SHORTEST_MS, tone_ms) // TICK_MS)
    gap = [silence(sample_rate)] * -(-max(SHORTEST_GAP_MS, gap_ms) // TICK_MS)
    frames: list[Samples] = []
    for digit in check_digits(digits):
        if digit == "W":
            frames += [silence(sample_rate)] * (PAUSE_MS // TICK_MS)
        else:
            frames += np.split(tone(digit, sample_rate, tone_ticks * TICK_MS), tone_ticks)
            frames += gap
    return frames
