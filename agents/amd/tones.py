"""Single tones in telephone audio: when each began and ended, its frequency, whether it was steady. Pure.

Every 10 ms a window of 32 ms is looked at: in a tone nearly all its energy stands at one frequency, and the next window
has nearly the same. What was found so is looked at once more when it is over, as a whole: of two tones that beat
against each other (the network's ringing) now the one stands out and now the other; what somebody whistles wanders.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE, FRAME = 8000, 160
HOP, WINDOW, POINTS = 80, 256, 512
HOP_S = HOP / RATE
BIN_HZ = RATE / POINTS
LOWEST_HZ, HIGHEST_HZ = 370.0, 2250.0
LOBE = 5  # bins on either side of the peak that are the tone's own
PURE = 0.65  # of a window's energy; 5 dB of noise leave 0.7
SAME_HZ = 60.0  # from window to window: two tones that beat swing by 40 to 50
QUIETEST = 60.0  # root mean square: -55 dBFS
BRIDGED = 8  # windows in a row without it: a lost packet is hidden, but not quite
SHORTEST_S = 0.1
CERTAIN, CERTAIN_S = 0.85, 0.13
OFF_SHORT_HZ, SHORT_S, OFF_HZ = 2.0, 0.3, 4.0  # a vowel keeps its pitch for a fifth of a second
TWO_OFF_HZ, NETWORK_HZ, TWO_S = (10.0, 60.0), (390.0, 640.0), 0.25
LONGEST_KEPT = 300  # windows of one tone, 3 s: what is longer stays as it was
AFTER = 5  # windows

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Tone:
    """In seconds of audio. `pure`: the share of its energy at its frequency, 0 to 1. `off_hz`: how far four fifths of
    it keep to that at most. `after`: energy right after it, over its own."""

    start_s: float
    end_s: float
    hertz: float
    pure: float
    off_hz: float
    after: float

    @property
    def is_one(self) -> bool:
        """Nobody speaks like that."""
        wanders = self.off_hz > (OFF_SHORT_HZ if self.length_s < SHORT_S else OFF_HZ)
        return self.pure >= CERTAIN and self.length_s >= CERTAIN_S and not wanders

    @property
    def is_two(self) -> bool:
        """Two frequencies close to each other: the network's ringing, or its engaged tone."""
        two = TWO_OFF_HZ[0] <= self.off_hz <= TWO_OFF_HZ[1] and NETWORK_HZ[0] <= self.hertz <= NETWORK_HZ[1]
        return two and self.pure >= CERTAIN and self.length_s >= TWO_S

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


class ToneFinder:
    """`take` every frame of 160 samples; gives the tone that ended. `now` is the one that sounds, if one does."""

    def __init__(self) -> None:
        self._sound = np.zeros(WINDOW - HOP + FRAME, np.float32)
        self._shape = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        self._band = slice(round(300 / BIN_HZ), round(3500 / BIN_HZ))
        self._range = slice(round(LOWEST_HZ / BIN_HZ), round(HIGHEST_HZ / BIN_HZ) + 1)
        self._hop = 0  # windows so far
        self._past: deque[float] = deque(maxlen=AFTER)  # energy of 8 ms in each of the last windows
        self._forget()

    def take(self, frame: Samples) -> Tone | None:
        """At most one tone ends in 20 ms."""
        self._sound = np.concatenate((self._sound[FRAME:], frame.astype(np.float32)))
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, WINDOW)[::HOP]
        power = np.abs(np.fft.rfft(windows * self._shape, POINTS)) ** 2
        ended: Tone | None = None
        for place in range(len(windows)):
            self._hop += 1
            hertz, pure = self._peak(power[place], windows[place])
            self._past.append(float(windows[place][-72:-8] @ windows[place][-72:-8]))
            ended = self._step(hertz, pure, windows[place][-HOP:]) or ended
        return ended

    @property
    def now(self) -> Tone | None:
        """The tone that has sounded so far, once it is long enough to be one."""
        return self._made() if self._length_s() >= SHORTEST_S else None

    @property
    def perhaps(self) -> bool:
        """Something that may become a tone sounds right now."""
        return len(self._hertz) > 1

    def _peak(self, power: NDArray[np.float32], window: NDArray[np.float32]) -> tuple[float, float]:
        """Frequency and purity; 0 for what is no tone."""
        if float(np.dot(window, window)) < WINDOW * QUIETEST**2:
            return 0.0, 0.0
        top = self._range.start + int(power[self._range].argmax())
        before, at, after = np.log(power[top - 1 : top + 2] + 1e-9)
        bend = before - 2 * at + after
        hertz = (top + (0.5 * (before - after) / bend if bend else 0.0)) * BIN_HZ
        pure = float(power[top - LOBE : top + LOBE + 1].sum() / (power[self._band].sum() + 1e-9))
        return (float(hertz), pure) if pure >= PURE else (0.0, pure)

    def _step(self, hertz: float, pure: float, fresh: NDArray[np.float32]) -> Tone | None:
        same = bool(hertz) and (not self._hertz or abs(hertz - self._hertz[-1]) < SAME_HZ)
        if same:
            if not self._hertz:
                self._first = self._hop
            self._last, self._missing = self._hop, 0
            if len(self._hertz) < LONGEST_KEPT:
                self._hertz.append(hertz)
                self._pure.append(pure)
                self._energy.append(float(fresh[8:72] @ fresh[8:72]))
            return None
        if not self._hertz:
            return None
        self._missing += 1
        if self._missing < BRIDGED and not hertz:
            return None
        ended = self._made() if self._length_s() >= SHORTEST_S else None
        self._forget()
        if hertz:
            self._step(hertz, pure, fresh)
        return ended

    def _length_s(self) -> float:
        return (self._last - self._first) * HOP_S + WINDOW / RATE / 2 if self._hertz else 0.0

    def _made(self) -> Tone:
        """A window says most about its middle; at the edges of a tone it has to be half full to be one."""
        middle = float(np.median(self._hertz))
        off = np.abs(np.array(self._hertz) - middle)
        strength = float(np.median(self._energy)) + 1e-9
        return Tone(
            max(0.0, self._first * HOP_S - WINDOW / RATE / 2), self._last * HOP_S - WINDOW / RATE / 2, middle,
            float(np.median(self._pure)), float(np.quantile(off, 0.8)), float(np.mean(self._past)) / strength,
        )  # fmt: skip

    def _forget(self) -> None:
        self._hertz: list[float] = []
        self._pure: list[float] = []
        self._energy: list[float] = []
        self._first = self._last = self._missing = 0
