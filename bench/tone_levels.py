"""How loud one tone is in a piece of sound, 20 ms by 20 ms. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE, FRAME = 8000, 160
WINDOW = 3 * FRAME  # long enough to tell tones apart that are 50 Hz from each other, short enough for one frame
QUIETEST_DB = -140.0
BESIDE_HZ = (-310, -255, -200, -165, -130, 130, 165, 200, 255, 310)
OUT_DB = (
    10.0  # noise stands out by 6 dB of so few neighbours once in 200 frames; a lone frame of a tone by more than 10
)


def levels(samples: NDArray[np.int16], hertz: float) -> NDArray[np.float64]:
    """dBFS (0 = a full-scale sine) of `hertz` around each whole frame: its own 20 ms and those before and after it."""
    frames = len(samples) // FRAME
    if not frames:
        return np.zeros(0)
    padded = np.pad(samples[: frames * FRAME].astype(np.float64), FRAME)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::FRAME]
    shape = np.hanning(WINDOW)
    probe = shape * np.exp(-2j * np.pi * hertz * np.arange(WINDOW) / RATE)
    amplitude = 2 * np.abs(windows @ probe) / shape.sum() / 32768
    return np.maximum(20 * np.log10(np.maximum(amplitude, 1e-9)), QUIETEST_DB)


def standing_out(samples: NDArray[np.int16], hertz: float) -> NDArray[np.float64]:
    """The same where it is a tone; QUIETEST_DB where it is no more than the clicks and noise on either side of it.

    Sound that begins or ends at once, or misses a few samples, spreads over all frequencies.
    """
    level = levels(samples, hertz)
    if not len(level):
        return level
    around = np.max([levels(samples, hertz + apart) for apart in BESIDE_HZ], axis=0)
    return np.where(level > around + OUT_DB, level, QUIETEST_DB)


def loudness(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """dBFS of everything in each whole frame, as the sine of the same power."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    rms = np.sqrt(np.mean(frames**2, axis=1) * 2) / 32768
    return np.maximum(20 * np.log10(np.maximum(rms, 1e-9)), QUIETEST_DB)


def tone(hertz: float, amplitude: int, samples: int, *, rate: int = RATE, start: int = 0) -> NDArray[np.int16]:
    at = np.arange(start, start + samples)
    return (np.sin(2 * np.pi * hertz * at / rate) * amplitude).astype(np.int16)
