"""Callers of many voices, as a telephone carries them: flite and espeak-ng, then what a line does to speech."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.speech.engines import resampled, telephone_samples
from agents.speech.make_voice import trimmed
from agents.speech.phrasebook import RATE, Samples
from tests.unit.agents.conftest import through_a_law, through_mu_law

EARS_RATE = 16000
Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Voice:
    """`pace`: flite's duration stretch (more is slower), or espeak-ng's words per minute."""

    engine: str
    name: str
    pace: float
    pitch: int = 50


TAUGHT: tuple[Voice, ...] = (
    *(Voice("flite", name, pace) for name in ("rms", "slt", "awb", "kal16", "kal") for pace in (0.85, 1.0, 1.15, 1.3)),
    *(
        Voice("espeak-ng", f"{accent}+{variant}", pace, pitch)
        for accent, variant, pace, pitch in (
            ("en-us", "m1", 130, 50), ("en-us", "m3", 170, 40), ("en-us", "m7", 150, 60), ("en-us", "f1", 160, 50),
            ("en-us", "f3", 130, 60), ("en-us", "f4", 180, 45), ("en-us", "Andy", 150, 50), ("en-us", "linda", 170, 50),
            ("en-gb", "m1", 170, 55), ("en-gb", "m4", 140, 45), ("en-gb", "m8", 160, 50), ("en-gb", "f1", 140, 55),
            ("en-gb", "f4", 150, 50), ("en-gb", "Annie", 170, 50), ("en-gb", "steph", 150, 50),
            ("en-gb-scotland", "m3", 150, 50), ("en-gb-scotland", "f3", 160, 50), ("en-029", "m1", 150, 50),
            ("en-029", "f1", 160, 45), ("en-gb-x-rp", "m7", 150, 50), ("en-gb-x-rp", "f4", 140, 60),
            ("en-us", "steph", 130, 55), ("en-us", "edward", 150, 50), ("en-gb", "michel", 150, 50),
        )
    ),
)  # fmt: skip
# Nobody of these was among the teachers: other voices, other speeds.
FRESH: tuple[Voice, ...] = (
    *(Voice("flite", name, pace) for name in ("rms", "slt", "awb", "kal16") for pace in (0.92, 1.08, 1.22)),
    Voice("espeak-ng", "en-us+m2", 145),
    Voice("espeak-ng", "en-us+f2", 155),
    Voice("espeak-ng", "en-gb+f5", 145),
    Voice("espeak-ng", "en-gb+m5", 165),
)


def spoken(text: str, voice: Voice) -> Samples:
    """8 kHz, without silence around it."""
    if voice.engine == "flite":
        command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={voice.pace}", "-t", text]
        command += ["-o", "/dev/stdout"]
    else:
        command = [
            "espeak-ng",
            "-v",
            voice.name,
            "-s",
            str(round(voice.pace)),
            "-p",
            str(voice.pitch),
            "--stdout",
            text,
        ]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    return trimmed(telephone_samples(wav))


def on_the_line(samples: Samples, rng: np.random.Generator, paces: Sequence[float] = (1.0,)) -> Audio:
    """At 16 kHz, -1 to 1: some silence around the words, a level, a hum of noise, and G.711; `paces` are how fast a
    tape may run."""
    pace = float(rng.choice(paces))
    samples = resampled(samples, round(RATE * pace), RATE) if pace != 1.0 else samples
    before, after = int(rng.uniform(0.1, 0.7) * RATE), int(rng.uniform(0.1, 0.5) * RATE)
    whole = np.concatenate([np.zeros(before), samples.astype(np.float64), np.zeros(after)])
    loudest = max(np.abs(whole).max(), 1.0)
    whole *= 32767 * rng.uniform(0.1, 0.95) / loudest
    speech_level = np.sqrt(np.mean(whole**2))
    if rng.random() < 0.7:  # else a line as clean as a test's
        whole += rng.normal(0, 1, len(whole)) * speech_level * 10 ** (-rng.uniform(14, 45) / 20)
    whole += rng.uniform(-0.4, 0.4) * np.roll(whole, 1)  # brighter or duller
    law = through_mu_law if rng.random() < 0.5 else through_a_law
    return _for_ears(law(whole.clip(-32768, 32767).astype(np.int16)), rng)


def only_noise(rng: np.random.Generator) -> Audio:
    """A line on which nobody speaks."""
    samples = rng.normal(0, 10 ** rng.uniform(0.5, 3.2), int(rng.uniform(0.4, 3.0) * RATE))
    return _for_ears(through_mu_law(samples.clip(-32768, 32767).astype(np.int16)), rng)


def _for_ears(samples: Samples, rng: np.random.Generator) -> Audio:
    """At 16 kHz. What is above the telephone's band is nothing, or what a simple resampler leaves of its mirror image:
    ears that had only met the one would not understand the other."""
    mirrored = resampled(samples, RATE, EARS_RATE).astype(np.float32)
    spectrum = np.fft.rfft(mirrored)
    spectrum[int(len(spectrum) * RATE / EARS_RATE) :] *= rng.choice([0.0, 0.001, 0.01, 0.1, 1.0])
    clean = np.fft.irfft(spectrum, len(mirrored)) + rng.normal(0, rng.choice([0.0, 0.5, 2.0]), len(mirrored))
    return (np.round(clean) / 32768).astype(np.float32)
