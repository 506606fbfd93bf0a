"""Listens to the far end of an answered call, frame by frame, and says once who answered, and each beep. Pure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agents.amd.correct import WITHIN_S, correct
from agents.amd.decide import Heard, decide
from agents.amd.phrases import Words
from agents.amd.signals import Signals
from agents.amd.speech import FRAME_S, Speech, Spoken
from agents.amd.tones import FRAME, Samples, Tone, ToneFinder
from agents.amd.verdict import Beep, Correction, Told, Verdict
from gateway.kernel.errors import BadInput

SPOKEN_SHARE = 0.6  # of a vowel that looks like a tone; the voice detector also takes a tone right after speech for it
STEADY_HZ = 1.0
SpeechProbability = Callable[[Samples], float]  # of a frame, 0 to 1


class Detector:
    """Feed it 20 ms of 8 kHz mono audio after the other, from the answer on. What it keeps is bounded.

    `verdict` stays as it was told; `correction` may follow one that said `human`. `words_expected`: somebody will call
    `heard`, so that kinds of machines, which only words tell apart, are waited for.
    """

    def __init__(self, voice: SpeechProbability, *, words_expected: bool = False) -> None:
        self.verdict: Verdict | None = None
        self.correction: Correction | None = None
        self.words_expected = words_expected
        self._voice, self._tones, self._signals = voice, ToneFinder(), Signals()
        self._speech, self._words = Speech(), Words()
        self._spoken = Spoken(())
        self._frames = 0

    @property
    def now_s(self) -> float:
        """Seconds of audio so far."""
        return self._frames * FRAME_S

    def heard(self, text: str) -> None:
        """Words that were understood since the last time: the next frame's decision has them."""
        self._words.heard(text)

    @property
    def wants_words(self) -> bool:
        """Words may still change something."""
        if self.verdict is None:
            return True
        person = self.verdict.kind == "human" and self.correction is None
        return person and self.now_s - self.verdict.at_s <= WITHIN_S

    def take(self, frame: Samples) -> list[Told]:
        """What became certain with this frame, beeps first. Raises BadInput for anything but 160 int16 samples."""
        if frame.dtype != np.int16 or frame.shape != (FRAME,):
            raise BadInput(
                f"a frame has {FRAME} samples of 16 bits here, not {frame.shape} of {frame.dtype}",
                todo="bring other rates and lengths in through agents.amd.intake",
            )
        self._frames += 1
        wide = frame.astype(np.float32)
        self._speech.take(self._voice(frame), float(wide @ wide) / FRAME)
        told: list[Told] = [*self._beeps(frame)]
        if self.wants_words:
            self._spoken = self._speech.spoken()
            told += self._judge()
        return told

    def _judge(self) -> list[Told]:
        if self.verdict is None:
            self.verdict = decide(self._so_far())
            return [self.verdict] if self.verdict else []
        instead = correct(self.verdict, self._so_far())
        self.correction = Correction(instead) if instead else None
        return [self.correction] if self.correction else []

    def _beeps(self, frame: Samples) -> list[Beep]:
        ended, sounding = self._tones.take(frame), self._tones.now
        if ended and not self._is_vowel(ended):
            if ended.is_one or ended.is_two:
                self._speech.forget(ended.start_s, ended.end_s)
                self._spoken = self._speech.spoken()
            self._signals.ended(ended, after_speech=bool(self._spoken.stretches))
        if sounding:
            self._signals.sounds(sounding)
        self._signals.passes(self.now_s)
        return self._signals.take_beeps()

    def _is_vowel(self, tone: Tone) -> bool:
        """Some are as pure as tones, but nobody's voice keeps its pitch as a tone does."""
        return tone.off_hz > STEADY_HZ and self._speech.likely_share(tone.start_s, tone.end_s) >= SPOKEN_SHARE

    def _so_far(self) -> Heard:
        signals = self._signals
        return Heard(
            self.now_s, self._spoken, signals.last_beep, signals.fax, signals.information, signals.ringing,
            self._tones.perhaps or signals.waits, self._words.meanings, self.words_expected,
        )  # fmt: skip
