"""Sound of several participants into two channels, by count of samples: time in the file is time in the call. Pure.

Positions are samples since the recording began. What nobody sends is silence; what comes too late, or from too far
ahead, is left out; nothing is held for longer than `DEPTH_S`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
DEPTH_S = 3
AHEAD = RATE  # a source whose clock is faster than ours, by so much, loses a frame
GUARD = RATE * 6 // 10  # what is heard just after a pause may have been said in it: it passed two jitter buffers
Side = Literal["left", "right"]
Samples = NDArray[np.int16]


class Timeline:
    """`put` as frames come, `take` in order. A frame follows on the one before it of its source."""

    def __init__(self) -> None:
        self._size = DEPTH_S * RATE
        self._mixed = np.zeros((self._size, 2), dtype=np.int32)
        self._ends: dict[str, int] = {}
        self._deaf_until: int | None = 0  # None: for as long as it is paused
        self.taken = 0

    def put(self, source: str, side: Side, now: int, samples: Samples) -> None:
        """`now`: the position at which the frame has come, with its last sample."""
        begin = self._ends.get(source, -1)
        if begin < self.taken:
            begin = max(now - len(samples), self.taken)
        end = begin + len(samples)
        if end - now > AHEAD or end > self.taken + self._size:
            return
        self._ends[source] = end
        if self._deaf_until is None or begin < self._deaf_until:
            return
        column = 0 if side == "left" else 1
        for at, part in self._places(begin, samples):
            self._mixed[at : at + len(part), column] += part

    def forget(self, source: str) -> None:
        """It has gone."""
        self._ends.pop(source, None)

    def take(self, until: int) -> Samples:
        """The samples up to there that were not taken yet: (n, 2), left and right."""
        count = max(until - self.taken, 0)
        out = np.zeros((count, 2), dtype=np.int32)
        done = 0
        while done < min(count, self._size):
            at = (self.taken + done) % self._size
            step = min(count - done, self._size - at, self._size - done)
            out[done : done + step] = self._mixed[at : at + step]
            self._mixed[at : at + step] = 0
            done += step
        self.taken += count
        return np.clip(out, -32_768, 32_767).astype(np.int16)

    def pause(self, at: int) -> None:
        """From there on it is silent, also what has come already."""
        self._deaf_until = None
        for position in range(max(at, self.taken), self.taken + self._size, RATE):
            end = min(position + RATE, self.taken + self._size)
            first = position % self._size
            last = first + end - position
            self._mixed[first:last] = 0
            if last > self._size:
                self._mixed[: last - self._size] = 0

    def resume(self, at: int) -> None:
        self._deaf_until = at + GUARD

    def _places(self, begin: int, samples: Samples) -> list[tuple[int, Samples]]:
        """Where in the ring, in one part or two."""
        at = begin % self._size
        until_end = self._size - at
        if len(samples) <= until_end:
            return [(at, samples)]
        return [(at, samples[:until_end]), (0, samples[until_end:])]
