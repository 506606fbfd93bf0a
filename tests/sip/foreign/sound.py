"""Tones for a microphone, and what of them is in a recording."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

WINDOW_S = 0.1
QUIET = 500  # the highest sample of what counts as silence; a tone of ours has 10,000
NEAR_HZ = 15


def tone(hertz: float, rate: int, seconds: float) -> np.ndarray:
    return (np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * hertz / rate) * 10000).astype(np.int16)


def loudest(samples: np.ndarray, rate: int) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def write_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    """Samples of one channel, and their rate."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


class Recording:
    """What one side heard, looked at in windows of 100 ms."""

    def __init__(self, samples: np.ndarray, rate: int) -> None:
        size = int(rate * WINDOW_S)
        self._windows, self._rate = samples[: len(samples) // size * size].reshape(-1, size), rate

    def _pitch(self, window: np.ndarray) -> float:
        """0 for silence."""
        return loudest(window, self._rate) if np.abs(window.astype(int)).max() > QUIET else 0.0

    def seconds_of(self, hertz: float) -> float:
        """How long a tone is heard."""
        return sum(abs(self._pitch(window) - hertz) < NEAR_HZ for window in self._windows) * WINDOW_S

    def seconds_loud(self, *, other_than: tuple[float, ...] = ()) -> float:
        """How long something is heard that is none of these tones."""
        pitches = [pitch for window in self._windows if (pitch := self._pitch(window))]
        return sum(all(abs(pitch - hertz) >= NEAR_HZ for hertz in other_than) for pitch in pitches) * WINDOW_S
