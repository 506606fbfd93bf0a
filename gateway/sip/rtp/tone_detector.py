"""Keys heard as tones (ITU-T Q.24): the right pair of frequencies, pure, long enough, and not in speech.

Every 5 ms a window of 16 ms is compared with the eight frequencies at once. What counts is how much of its energy the
best pair has, the levels and their ratio (twist), and how the phases run on from window to window: that gives the
true frequency to a few hertz, which a window so short could not resolve.
"""

from __future__ import annotations

import cmath

import numpy as np

from gateway.sip.rtp.digits import Pressed
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.tones import GRID, HIGH, LOW, amplitude

HOP_MS, WINDOW_MS = 5, 16
PURITY = 0.72  # of a window's energy in the pair; 15 dB of noise and 1.5 % off leave 0.8
QUIETEST_DBM0 = -37.0  # per tone; -29 must be taken
TWIST_DB = (-9.5, 5.5)  # high over low; -8 to +4 must be taken
OFF_FREQUENCY = 0.025  # 1.5 % must be taken, 3.5 % must not
ENOUGH = 5  # windows in a row: 23 ms of tone make at most four, 40 ms at least six
PAUSE = 5  # windows without it before the same key counts again: 40 ms of pause make more, a drop of 10 ms fewer
BROKEN = 1  # and one that was too short so far is forgotten at once

Pair = tuple[int, int]


class ToneDetector:
    """Feed it every 20 ms frame at `sample_rate`. `sounding`: there was a tone in the last frame, key or not yet."""

    def __init__(self, sample_rate: int = 8000) -> None:
        self.sounding = False
        frame, self._length = sample_rate // 50, sample_rate * WINDOW_MS // 1000
        hop = sample_rate * HOP_MS // 1000
        self._kept = self._length - hop
        self._sound = np.zeros(self._kept + frame, dtype=np.float32)
        size = self._sound.itemsize
        self._windows = np.lib.stride_tricks.as_strided(self._sound, (frame // hop, self._length), (hop * size, size))
        weight = np.hanning(self._length + 1)[:-1]
        self._weight = weight.astype(np.float32)
        turn = 2 * np.pi * np.outer(np.arange(self._length), LOW + HIGH) / sample_rate
        self._bank = (weight[:, None] * np.hstack((np.cos(turn), -np.sin(turn)))).astype(np.float32)
        self._turn = [cmath.exp(-2j * cmath.pi * f * HOP_MS / 1000) for f in LOW + HIGH]  # of a phase in one hop
        self._total = float(weight.sum())
        self._least = (amplitude(QUIETEST_DBM0) * self._total / 2) ** 2
        self._twist = [10 ** (db / 10) for db in TWIST_DB]
        self._floor = 2 * frame * amplitude(QUIETEST_DBM0) ** 2 / 8  # a quarter of a frame of the quietest pair
        self._pair: Pair | None = None
        self._run = self._bad = 0
        self._told = False
        self._before: tuple[complex, complex] | None = None
        self._drift = [0j, 0j]

    def take(self, frame: Samples) -> Pressed | None:
        """The key that became certain in this frame, or None."""
        self._sound[: self._kept] = self._sound[-self._kept :]
        self._sound[self._kept :] = frame
        self.sounding = False
        if self._pair is None and np.dot(self._sound, self._sound) < self._floor:
            return None
        seen = self._windows @ self._bank
        power = seen[:, :8] ** 2 + seen[:, 8:] ** 2
        energy = (self._windows * self._windows) @ self._weight
        pressed: Pressed | None = None
        low, high = power[:, :4].argmax(1).tolist(), (power[:, 4:].argmax(1) + 4).tolist()
        for place, (row, column, whole) in enumerate(zip(low, high, energy.tolist(), strict=True)):
            of_low, of_high = float(power[place, row]), float(power[place, column])
            if self._is_pair(of_low, of_high, whole):
                self.sounding = True
                now = (complex(*seen[place, [row, row + 8]]), complex(*seen[place, [column, column + 8]]))
                pressed = self._good((row, column), now) or pressed
            else:
                self._miss()
        return pressed

    def _is_pair(self, low: float, high: float, energy: float) -> bool:
        pure = 2 * (low + high) >= PURITY * self._total * energy
        return pure and min(low, high) >= self._least and self._twist[0] <= high / low <= self._twist[1]

    def _good(self, pair: Pair, now: tuple[complex, complex]) -> Pressed | None:
        if pair != self._pair:
            self._pair, self._run, self._told = pair, 0, False
            self._before, self._drift = None, [0j, 0j]
        if self._before:
            for side in (0, 1):
                self._drift[side] += now[side] * self._before[side].conjugate() * self._turn[pair[side]]
        self._before, self._bad = now, 0
        self._run += 1
        if self._told or self._run < ENOUGH or not self._on_frequency(pair):
            return None
        self._told = True
        return Pressed(GRID[pair[0]][pair[1] - 4], WINDOW_MS + (self._run - 1) * HOP_MS)

    def _on_frequency(self, pair: Pair) -> bool:
        for side in (0, 1):
            off = cmath.phase(self._drift[side]) / (2 * cmath.pi * HOP_MS / 1000)
            if abs(off) > OFF_FREQUENCY * (LOW + HIGH)[pair[side]]:
                return False
        return True

    def _miss(self) -> None:
        self._bad += 1
        self._before = None
        if self._bad >= (PAUSE if self._told else BROKEN):
            self._pair, self._run, self._told = None, 0, False
