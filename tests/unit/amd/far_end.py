"""What the far end of an answered call sounds like, frame by frame; hiss stands for speech."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from agents.amd.detector import Detector
from agents.amd.tones import FRAME, RATE, Samples
from agents.amd.verdict import Beep, Correction, Told, Verdict

LEVEL = 3000.0  # root mean square of speech and tones
NOISE = 10.0


@dataclass
class FarEnd:
    """Sounds in the order in which they are added. Its `voice` knows which frames are speech."""

    seed: int = 1
    sound: list[np.ndarray] = field(default_factory=list)
    spoken: list[bool] = field(default_factory=list)
    _asked: int = 0

    def __post_init__(self) -> None:
        self._dice = np.random.default_rng(self.seed)

    def says(self, seconds: float, level: float = LEVEL) -> FarEnd:
        """Hiss that swells and fades four times a second, as syllables do."""
        count = round(seconds * RATE)
        swell = 0.6 + 0.4 * np.cos(2 * np.pi * 4 * np.arange(count) / RATE)
        return self._add(self._dice.standard_normal(count) * swell * level, spoken=True)

    def silent(self, seconds: float) -> FarEnd:
        return self._add(np.zeros(round(seconds * RATE)))

    def tone(self, seconds: float, *hertz: float, level: float = LEVEL) -> FarEnd:
        at = np.arange(round(seconds * RATE)) / RATE
        waves = [np.sin(2 * np.pi * one * at) for one in hertz]
        return self._add(np.sum(waves, axis=0) * level * np.sqrt(2 / len(hertz)))

    def whistles(self, seconds: float, low: float, high: float) -> FarEnd:
        """From one frequency to another and back, as people do."""
        at = np.arange(round(seconds * RATE)) / RATE
        hertz = (low + high) / 2 + (high - low) / 2 * np.sin(2 * np.pi * 2.5 * at)
        return self._add(np.sin(2 * np.pi * np.cumsum(hertz) / RATE) * LEVEL * np.sqrt(2))

    def _add(self, wave: np.ndarray, *, spoken: bool = False) -> FarEnd:
        self.sound.append(wave)
        self.spoken += [spoken] * (len(wave) // FRAME)
        assert len(wave) % FRAME == 0, "sounds of whole frames only"
        return self

    def frames(self) -> Iterator[Samples]:
        wave = np.concatenate(self.sound)
        noisy = wave + self._dice.standard_normal(len(wave)) * NOISE
        yield from np.clip(noisy, -32768, 32767).astype(np.int16).reshape(-1, FRAME)

    def voice(self, _: Samples) -> float:
        self._asked += 1
        return 0.95 if self.spoken[self._asked - 1] else 0.05


@dataclass
class Found:
    verdict: Verdict | None
    correction: Correction | None
    beeps: list[Beep]


def listen(far_end: FarEnd, *words: tuple[float, str], words_expected: bool = False) -> Found:
    """`words`: when each was understood, in seconds of audio."""
    detector = Detector(far_end.voice, words_expected=words_expected or bool(words))
    told: list[Told] = []
    waiting = sorted(words)
    for frame in far_end.frames():
        while waiting and detector.now_s >= waiting[0][0]:
            detector.heard(waiting.pop(0)[1])
        told += detector.take(frame)
    verdicts = [one for one in told if isinstance(one, Verdict)]
    corrections = [one for one in told if isinstance(one, Correction)]
    assert len(verdicts) <= 1 and len(corrections) <= 1, "each is told once"
    assert verdicts == ([detector.verdict] if detector.verdict else [])
    found = Found(detector.verdict, detector.correction, [one for one in told if isinstance(one, Beep)])
    assert corrections == ([found.correction] if found.correction else [])
    return found
