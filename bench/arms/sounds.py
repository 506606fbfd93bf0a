"""What a caller utters that is no turn: nods, hums, coughs, noise of the line; and the wish for a long story."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.speech.engines import Flite
from gateway.phone.recording import RATE, Samples
from gateway.phone.script import Say
from tests.sip.foreign.sound import write_wav

STORY = "Now could you please tell me a very long story about a telephone"
VOICES = ("slt", "rms", "kal16")
NODS = ("mm hm", "uh huh", "yeah", "okay", "right", "I see")
PEAK = 9000


@dataclass(frozen=True)
class Sound:
    kind: str
    samples: Samples


async def story(folder: Path) -> Say:
    return Say("", write_wav(folder / "story.wav", scaled(await Flite("slt").speak(STORY)), RATE))


async def sounds(seed: int) -> list[Sound]:
    """Nods of three voices, hums, coughs, bursts and hum of the line; the same for a seed."""
    rng = np.random.default_rng(seed)
    nods = [Sound("nod", scaled(trimmed(await Flite(voice).speak(text)))) for text in NODS for voice in VOICES]
    hums = [Sound("hum", hum(rng)) for _ in range(6)]
    coughs = [Sound("cough", cough(rng)) for _ in range(6)]
    noises = [Sound("noise", noise(rng)) for _ in range(6)]
    return [*nods, *hums, *coughs, *noises]


def hum(rng: np.random.Generator) -> Samples:
    """ "Mm-hm" with closed lips: two stretches of a low voice, nothing of it above 900 Hz."""
    parts = []
    for _ in range(2):
        seconds, pitch = rng.uniform(0.14, 0.24), rng.uniform(95, 220)
        at = np.arange(int(RATE * seconds)) / RATE
        bend = pitch * (1 + 0.12 * at / seconds)
        voice = sum(np.sin(2 * np.pi * harmonic * np.cumsum(bend) / RATE) / harmonic**2 for harmonic in range(1, 5))
        parts += [voice * np.hanning(len(at)), np.zeros(int(RATE * 0.04))]
    return scaled(np.concatenate(parts))


def cough(rng: np.random.Generator) -> Samples:
    """Two bursts of breath, sharp at their beginning."""
    parts = []
    for _ in range(2):
        length = int(RATE * rng.uniform(0.12, 0.22))
        parts += [rng.normal(size=length) * np.exp(-np.arange(length) / (RATE * 0.06)), np.zeros(int(RATE * 0.08))]
    return scaled(np.concatenate(parts))


def noise(rng: np.random.Generator) -> Samples:
    """Hiss or crackle of the line."""
    length = int(RATE * rng.uniform(0.3, 0.7))
    hiss = rng.normal(size=length)
    crackle = np.where(rng.random(length) < 0.01, rng.normal(size=length) * 6, 0.0)
    return scaled(hiss * 0.5 if rng.random() < 0.5 else crackle, PEAK // 2)


def scaled(samples: np.ndarray, peak: int = PEAK) -> Samples:
    return (samples / max(np.abs(samples).max(), 1e-9) * peak).astype(np.int16)


def trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples
