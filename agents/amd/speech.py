"""When the one who answered speaks: stretches of speech in the foreground. Pure.

A television behind somebody speaks as well: what stands far below the loudest speech so far does not count, also in
hindsight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
LIKELY = 0.4  # of the voice detector's probability
FOREGROUND_DB = 13.0  # below the loudest speech; a television is 12 and more
ABOVE_NOISE_DB = 4.0
QUIET_SHARE = 0.1  # of all frames so far: what they have at most is the noise
SMOOTHED = 4  # frames over which loudness is taken
BRIDGED_S = 0.2  # within a word or between two
LONG_PAUSE_S = 1.5  # what is said after it is said anew: "hello?", and nobody answers
SHORTEST_S = 0.12  # a click is shorter
VOICED = 3  # frames of a stretch that are likely to be speech; a cough or a slammed door has fewer
KEPT = 2000  # frames, 40 s
SILENT = -30.0  # dB of a mean square of 0.001

Stretch = tuple[float, float]  # begin and end in seconds of audio


@dataclass(frozen=True)
class Spoken:
    """`flow_s`: from the beginning to the end of what was last said without a long pause."""

    stretches: Sequence[Stretch]

    @property
    def began_s(self) -> float | None:
        return self.stretches[0][0] if self.stretches else None

    @property
    def ended_s(self) -> float | None:
        return self.stretches[-1][1] if self.stretches else None

    @property
    def flow(self) -> Stretch | None:
        """The begin and end of it."""
        if not self.stretches:
            return None
        begin, end = self.stretches[-1]
        for before in reversed(self.stretches[:-1]):
            if begin - before[1] > LONG_PAUSE_S:
                break
            begin = before[0]
        return begin, end

    @property
    def flow_s(self) -> float:
        return self.flow[1] - self.flow[0] if self.flow else 0.0

    @property
    def sounding_s(self) -> float:
        return sum(end - begin for begin, end in self.stretches)


class Speech:
    def __init__(self) -> None:
        self._likely = np.zeros(KEPT, dtype=bool)
        self._level = np.full(KEPT, SILENT)
        self._energy: list[float] = []
        self._frames = 0

    def take(self, probability: float, energy: float) -> None:
        """One frame: how likely it is speech, and its mean square. From 40 s on nothing is kept any more."""
        if self._frames == KEPT:
            return
        self._energy = [*self._energy[1 - SMOOTHED :], energy]
        self._likely[self._frames] = probability >= LIKELY
        self._level[self._frames] = 10 * np.log10(sum(self._energy) / len(self._energy) + 1e-3)
        self._frames += 1

    def spoken(self) -> Spoken:
        likely, level = self._likely[: self._frames], self._level[: self._frames]
        if not likely.any():
            return Spoken(())
        noise = np.partition(level, int(QUIET_SHARE * len(level)))[int(QUIET_SHARE * len(level))]
        least = max(level[likely].max() - FOREGROUND_DB, noise + ABOVE_NOISE_DB)
        return Spoken(_stretches(level > least, likely))

    def likely_share(self, begin_s: float, end_s: float) -> float:
        """How much of that time is likely to be speech."""
        likely = self._likely[self._between(begin_s, end_s)]
        return float(likely.mean()) if len(likely) else 0.0

    def forget(self, begin_s: float, end_s: float) -> None:
        """What sounded then was a tone."""
        around = self._between(begin_s, end_s + SMOOTHED * FRAME_S)
        self._likely[around], self._level[around] = False, SILENT

    def _between(self, begin_s: float, end_s: float) -> slice:
        return slice(round(begin_s / FRAME_S), min(round(end_s / FRAME_S), self._frames))


def _stretches(active: NDArray[np.bool_], likely: NDArray[np.bool_]) -> list[Stretch]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])))).reshape(-1, 2)
    joined: list[tuple[int, int]] = []
    for begin, end in edges.tolist():
        if joined and (begin - joined[-1][1]) * FRAME_S < BRIDGED_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return [
        (begin * FRAME_S, end * FRAME_S)
        for begin, end in joined
        if (end - begin) * FRAME_S >= SHORTEST_S and np.count_nonzero(likely[begin:end]) >= VOICED
    ]
