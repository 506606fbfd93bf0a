"""What a phone hears, 20 ms by 20 ms: music, a ringing tone, a prompt of the node's, somebody's tone, or a voice."""

from __future__ import annotations

from collections import Counter, deque
from functools import cache
from typing import Literal

import numpy as np

from bench.tone_levels import FRAME, RATE
from gateway.sip import prompts
from gateway.sip.rtp.g711 import Samples, decode, encode

Sound = Literal["silence", "music", "ringback", "prompt", "tone", "voice"]
LOUD = 330.0  # RMS
KEPT_S = 12.0
BIN_HZ = RATE / FRAME  # a tone of a multiple of it lies in one bin of a frame
_RINGBACK_HZ = (425.0, 440.0, 480.0)


@cache
def _of_prompts(names: tuple[str, ...]) -> frozenset[bytes]:
    """As they come out of G.711."""
    frames = (frame for name in names for frame in prompts.frames_of(name))
    return frozenset(decode("PCMU", encode("PCMU", frame)).tobytes() for frame in frames)


def _share(spectrum: np.ndarray, hertz: tuple[float, ...]) -> float:
    """Of the energy, the part that is near these frequencies."""
    near = {int(one / BIN_HZ) + side for one in hertz for side in (-1, 0, 1, 2)}
    return float(spectrum[sorted(near)].sum() / max(spectrum.sum(), 1.0))


class Ears:
    """`tones`: those of whom the phone may hear. Times are of the arrival, monotonic seconds."""

    def __init__(self, *tones: float) -> None:
        self._tones = tones
        self._heard: deque[tuple[float, Sound, float]] = deque(maxlen=int(KEPT_S * 50))
        self.last: dict[Sound, float] = {}
        self.last_at = 0.0
        self.counts: Counter[Sound] = Counter()  # frames since the beginning

    def hear(self, frame: Samples, at: float) -> None:
        sound, hertz = self._sound_of(frame)
        self._heard.append((at, sound, hertz))
        self.last[sound] = self.last_at = at
        self.counts[sound] += 1

    def since(self, sound: Sound, at: float) -> int:
        """Frames of it since then, at most those of the last twelve seconds."""
        return sum(1 for when, what, _ in self._heard if what == sound and when >= at)

    def tone_since(self, at: float) -> float:
        """The tone that was heard for a third of a second or more since then; 0 for none."""
        found = [hertz for when, what, hertz in self._heard if what == "tone" and when >= at]
        return next((hertz for hertz in self._tones if found.count(hertz) >= 17), 0.0)

    def _sound_of(self, frame: Samples) -> tuple[Sound, float]:
        wide = frame.astype(np.float64)
        if not len(wide) or float(np.sqrt(np.mean(wide**2))) < LOUD:
            return "silence", 0.0
        raw = frame.tobytes()
        if raw in _of_prompts((prompts.HOLD_MUSIC,)):
            return "music", 0.0
        if raw in _of_prompts((prompts.DEFAULT, "goodbye")):
            return "prompt", 0.0
        spectrum = np.abs(np.fft.rfft(wide * np.hanning(len(wide)), n=FRAME)) ** 2
        for hertz in self._tones:
            if _share(spectrum, (hertz - BIN_HZ / 2,)) > 0.9:
                return "tone", hertz
        return ("ringback" if _share(spectrum, _RINGBACK_HZ) > 0.95 else "voice"), 0.0
