"""What is told about who answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["human", "voicemail", "ivr", "screening", "fax", "silence", "announcement"]
# sure: a tone or words that nothing else sends; likely: how long they speak and pause fits; guess: time is up
Certainty = Literal["sure", "likely", "guess"]


@dataclass(frozen=True)
class Verdict:
    """`at_s`: seconds of audio since the answer at which it was certain enough; `why`: one sentence without words that
    were spoken."""

    kind: Kind
    at_s: float
    why: str
    certainty: Certainty


@dataclass(frozen=True)
class Correction:
    """It was no person: `verdict` takes the place of the one told before, which said `human`."""

    verdict: Verdict


@dataclass(frozen=True)
class Beep:
    """A single tone after which a message can be left. `at_s`: its end, in seconds of audio since the answer."""

    at_s: float
    hertz: float
    length_s: float


Told = Verdict | Correction | Beep
