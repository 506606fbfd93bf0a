"""One call heard by the detector, with the embedded ears or without, in a process of a pool."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from pocketsphinx import Decoder

from agents.amd.detector import Detector
from agents.amd.ears import PhraseEars, load
from agents.amd.neural_voice import NeuralVoice
from agents.amd.verdict import Beep, Correction, Kind
from bench.amd.calls import SHARES, Answers, Call
from bench.amd.voices import Part, Speakers
from gateway.sip.rtp.g711 import FRAME_SAMPLES

Mode = Literal["audio", "words"]
PROCESSES = 2
LETS_WAIT_S = 0.5  # who speaks later than that after the answer is timed from the first word


@dataclass
class Outcome:
    """`told`: the first verdict, None without one; `final`: after a correction. Times in seconds of audio.

    `beep_errors_s`: found minus true end, one for each beep that was found."""

    truth: Kind
    manner: str
    told: Kind | None = None
    final: Kind | None = None
    at_s: float = 0.0
    speech_s: float | None = None
    corrected_after_s: float | None = None
    beeps: int = 0
    beep_errors_s: list[float] = field(default_factory=list)
    beeps_too_many: int = 0

    @property
    def waited_s(self) -> float:
        """From the answer, or from the first word of one who let us wait."""
        late = self.speech_s is not None and self.speech_s > LETS_WAIT_S
        return self.at_s - (self.speech_s or 0.0) if late else self.at_s


def hear(call: Call, decoder: Decoder | None) -> Outcome:
    """`decoder`: of the embedded ears, if they listen; it takes no time here, in a call 5 % of the time it hears."""
    detector = Detector(NeuralVoice(), words_expected=decoder is not None)
    ears = PhraseEars(decoder) if decoder is not None else None
    outcome = Outcome(call.kind, call.manner, speech_s=call.speech_s, beeps=len(call.beeps))
    beeps: list[Beep] = []
    for frame in call.samples.reshape(-1, FRAME_SAMPLES):
        if ears and detector.wants_words:
            for phrase in ears.take(frame):
                detector.heard(phrase)
        for told in detector.take(frame):
            if isinstance(told, Beep):
                beeps.append(told)
            elif isinstance(told, Correction):
                outcome.final, outcome.corrected_after_s = told.verdict.kind, told.verdict.at_s - outcome.at_s
            else:
                outcome.told, outcome.final, outcome.at_s = told.kind, told.kind, told.at_s
    if ears:
        ears.close()
    near = {end: [one for one in beeps if abs(one.at_s - end) < 0.3] for end, _ in call.beeps}
    outcome.beep_errors_s = [found[0].at_s - end for end, found in near.items() if found]
    outcome.beeps_too_many = len(beeps) - len(outcome.beep_errors_s)
    return outcome


@cache
def _answers(folder: Path, part: Part) -> Answers:
    return Answers(Speakers(folder), part)


@cache
def _decoder() -> Decoder:
    return load()


def _task(task: tuple[Path, Part, Mode, Kind, int]) -> Outcome:
    folder, part, mode, kind, seed = task
    return hear(_answers(folder, part).call(kind, seed), _decoder() if mode == "words" else None)


def outcomes(folder: Path, part: Part, mode: Mode, seed: int, each: int) -> Iterator[Outcome]:
    """`each`: calls of a kind, three times as many of people and twice as many of voicemail."""
    numbers = ((kind, seed * 1_000_000 + n) for kind, share in SHARES.items() for n in range(each * share))
    tasks = [(folder, part, mode, kind, number) for kind, number in numbers]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_task, tasks, chunksize=4)
