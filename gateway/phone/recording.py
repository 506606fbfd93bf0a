"""A stereo recording on one 8 kHz clock: what the phone said on the left, what it heard on the right."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
LONGEST_S = 3600  # a bound, not an expectation

Samples = NDArray[np.int16]


def read_wav(path: Path) -> Samples:
    """Mono 16-bit samples at 8 kHz; raises ValueError for any other format."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path.name} is not an 8 kHz mono 16-bit wav file")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


class StereoRecording:
    """Frames are laid down at the moment they crossed the line; two that overlap do not lose samples."""

    def __init__(self) -> None:
        self._sides: tuple[list[Samples], list[Samples]] = ([], [])
        self._length = [0, 0]

    def said(self, frame: Samples, at_s: float) -> None:
        self._lay(0, frame, at_s)

    def heard(self, frame: Samples, at_s: float) -> None:
        self._lay(1, frame, at_s)

    def _lay(self, side: int, frame: Samples, at_s: float) -> None:
        """Fills the gap to `at_s` (seconds since the start) with silence; a jitter below 60 ms is no gap."""
        gap = int(at_s * RATE) - self._length[side]
        if self._length[side] > LONGEST_S * RATE:
            return
        if gap > RATE * 0.06 or not self._sides[side]:
            silence = np.zeros(max(gap, 0), np.int16)
            self._sides[side].append(silence)
            self._length[side] += len(silence)
        self._sides[side].append(frame)
        self._length[side] += len(frame)

    def sides(self) -> tuple[Samples, Samples]:
        """What was said and what was heard so far."""
        left, right = (np.concatenate(side) if side else np.zeros(0, np.int16) for side in self._sides)
        return left, right

    def write(self, path: Path) -> None:
        left, right = self.sides()
        stereo = np.zeros((max(len(left), len(right)), 2), "<i2")
        stereo[: len(left), 0] = left
        stereo[: len(right), 1] = right
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(stereo.tobytes())
