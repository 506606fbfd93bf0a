"""Answered calls made from a seed: what the far end sounds like from the answer on, and what was true of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from agents.amd.verdict import Kind
from bench.amd import sounds, texts
from bench.amd.line import Line, carried
from bench.amd.sounds import RATE, Wave, silence
from bench.amd.voices import VOICES, Part, Speakers, Voice

SHARES: dict[Kind, int] = {
    "human": 3, "voicemail": 2, "ivr": 1, "screening": 1, "fax": 1, "silence": 1, "announcement": 1,
}  # fmt: skip
# How people answer, in hundredths. Nobody publishes such a mix: the figures are given for each manner as well.
MANNERS = {"short": 38, "name": 20, "delayed": 12, "noisy": 12, "cough": 6, "ringing": 4, "business": 8}
GREETINGS = {"personal": 50, "carrier": 25, "brief": 15, "beep only": 10}
LISTENS_S = 4.0  # a person who answered waits so long before speaking again
ENDS_S = 12.0  # no call is shorter


@dataclass
class Call:
    """`speech_s`: when the one who answered begins to speak. `beeps`: when each ends, and its frequency in Hz."""

    kind: Kind
    manner: str
    samples: NDArray[np.int16]
    speech_s: float | None = None
    beeps: list[tuple[float, float]] = field(default_factory=list)


class _Tape:
    """Sounds one after the other."""

    def __init__(self) -> None:
        self._parts: list[Wave] = []
        self._samples = 0

    @property
    def now_s(self) -> float:
        return self._samples / RATE

    def add(self, *parts: Wave) -> float:
        """The time at which they begin."""
        began = self.now_s
        self._parts += parts
        self._samples += sum(len(part) for part in parts)
        return began

    def wave(self, seconds: float) -> Wave:
        return np.concatenate([*self._parts, silence(max(0.0, seconds - self.now_s))])


class Answers:
    """Makes calls of one part of the voices and texts."""

    def __init__(self, speakers: Speakers, part: Part) -> None:
        self._speakers, self._part = speakers, part
        self._makers: dict[Kind, Callable[[random.Random, _Tape], Call]] = {
            "human": self._human, "voicemail": self._voicemail, "ivr": self._menu, "screening": self._screened,
            "fax": self._fax, "silence": self._silence, "announcement": self._announcement,
        }  # fmt: skip

    def call(self, kind: Kind, seed: int) -> Call:
        """The same for the same seed."""
        dice = random.Random(f"{kind} {seed}")
        tape = _Tape()
        call = self._makers[kind](dice, tape)
        line = Line.drawn(dice)
        sound = tape.wave(ENDS_S)
        if call.manner == "noisy":
            line = replace(line, noise_db=dice.uniform(5, 12)) if dice.random() < 0.5 else line
            if line.noise_db > 12:
                sound = sound + self._television(dice, len(sound))
        return replace(call, samples=carried(sound, line))

    # -- who answers ------------------------------------------------------------------------------------------

    def _human(self, dice: random.Random, tape: _Tape) -> Call:
        manner = _drawn(MANNERS, dice)
        said = {"name": texts.NAME, "business": texts.BUSINESS}.get(manner, texts.SHORT)
        if manner in ("noisy", "cough", "ringing") and dice.random() < 0.3:
            said = texts.NAME
        voice = self._voice(dice)
        if manner == "ringing":
            tape.add(sounds.ringback(dice.uniform(0.3, 1.6), dice), sounds.click(dice))
        tape.add(silence(dice.uniform(1.2, 3.5) if manner == "delayed" else dice.uniform(0.15, 0.9)))
        if manner == "cough":
            tape.add(dice.choice((sounds.cough, sounds.click))(dice), silence(dice.uniform(0.1, 0.5)))
        began = tape.add(self._speakers.say(voice, dice.choice(said[self._part])))
        tape.add(silence(LISTENS_S), self._speakers.say(voice, dice.choice(texts.AGAIN[self._part])))
        return _call("human", manner, began)

    def _voicemail(self, dice: random.Random, tape: _Tape) -> Call:
        manner = _drawn(GREETINGS, dice)
        if dice.random() < 0.1:
            tape.add(sounds.ringback(dice.uniform(0.3, 1.6), dice))
        tape.add(silence(dice.uniform(0.2, 1.2)))
        began = None
        if manner != "beep only":
            greeting = {"personal": texts.PERSONAL, "carrier": texts.CARRIER, "brief": texts.BRIEF}[manner]
            began = self._speak(tape, dice, dice.choice(greeting[self._part]))
            tape.add(silence(dice.uniform(0.2, 1.5)))
        beeps: list[tuple[float, float]] = []
        if manner == "beep only" or dice.random() < 0.88:
            beeps.append(_beep(tape, dice))
        tape.add(silence(6.0))
        return _call("voicemail", manner, began, beeps)

    def _menu(self, dice: random.Random, tape: _Tape) -> Call:
        tape.add(silence(dice.uniform(0.2, 1.2)))
        began = self._speak(tape, dice, dice.choice(texts.MENU[self._part]))
        tape.add(silence(4.0))
        return _call("ivr", "menu", began)

    def _screened(self, dice: random.Random, tape: _Tape) -> Call:
        tape.add(silence(dice.uniform(0.2, 1.2)))
        text = dice.choice(texts.SCREENED[self._part])
        began = self._speak(tape, dice, text)
        tape.add(silence(dice.uniform(0.3, 0.8)))
        beeps = [_beep(tape, dice)] if "tone" in text or dice.random() < 0.3 else []
        tape.add(silence(6.0))
        return _call("screening", "asked", began, beeps)

    def _fax(self, dice: random.Random, tape: _Tape) -> Call:
        tape.add(silence(dice.uniform(0.3, 2.0)))
        answering = dice.random() < 0.8
        tape.add(sounds.answering_fax(dice.uniform(2.6, 4.0), dice) if answering else sounds.calling_fax(3))
        return _call("fax", "CED" if answering else "CNG")

    def _silence(self, dice: random.Random, tape: _Tape) -> Call:
        manner = dice.choice(("nothing", "clicks", "ringback"))
        if manner == "clicks":
            tape.add(silence(dice.uniform(0.5, 3)), sounds.click(dice), silence(1.5), sounds.click(dice))
        elif manner == "ringback":
            tones = dice.choice(((440.0, 480.0), (425.0,)))
            on, off = (2.0, 4.0) if len(tones) == 2 else (1.0, 4.0)
            tape.add(silence(0.4), *(part for _ in range(3) for part in (sounds.tone(tones, on, 0.5), silence(off))))
        return _call("silence", manner)

    def _announcement(self, dice: random.Random, tape: _Tape) -> Call:
        tape.add(silence(dice.uniform(0.2, 0.8)), sounds.information_tones(), silence(dice.uniform(0.1, 0.5)))
        began = self._speak(tape, dice, dice.choice(texts.INTERCEPT[self._part]))
        return _call("announcement", "SIT", began)

    # -- how --------------------------------------------------------------------------------------------------

    def _voice(self, dice: random.Random) -> Voice:
        return dice.choice(VOICES[self._part])

    def _speak(self, tape: _Tape, dice: random.Random, text: str) -> float:
        """Sentence by sentence, with the pauses of somebody who reads aloud: 0.38 s, one in eight above 0.6 s."""
        voice = self._voice(dice)
        began = tape.now_s
        for number, sentence in enumerate(text.split("|")):
            if number:
                tape.add(silence(min(1.2, dice.lognormvariate(np.log(0.38), 0.4))))
            tape.add(self._speakers.say(voice, sentence.strip()))
        return began

    def _television(self, dice: random.Random, length: int) -> Wave:
        """Somebody else's voice, without end, 12 to 20 dB below the one who answers."""
        voice, parts = self._voice(dice), [silence(0.0)]
        while sum(map(len, parts)) < length:
            parts += [self._speakers.say(voice, dice.choice(texts.TELEVISION[self._part])), silence(0.4)]
        return np.concatenate(parts)[:length] * 10 ** (dice.uniform(-20, -12) / 20)


def _beep(tape: _Tape, dice: random.Random) -> tuple[float, float]:
    """When it ends, and its frequency."""
    sound = sounds.beep(dice)
    tape.add(sound)
    spectrum = np.abs(np.fft.rfft(sound, 1 << 15))
    return tape.now_s, float(spectrum.argmax() * RATE / (1 << 15))


def _call(
    kind: Kind, manner: str, speech_s: float | None = None, beeps: list[tuple[float, float]] | None = None
) -> Call:
    return Call(kind, manner, np.zeros(0, np.int16), speech_s, beeps or [])


def _drawn(shares: dict[str, int], dice: random.Random) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]
