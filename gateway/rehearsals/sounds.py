"""What the caller of a rehearsal by voice sounds like: flite's speakers, and what is heard behind them. 8 kHz mono."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from livekit.agents import APIError

from agents.speech.engines import Flite, installed
from agents.speech.phrasebook import shipped
from gateway.kernel.errors import SetupError, Unavailable
from gateway.phone.recording import RATE, Samples
from gateway.phone.script import Say
from gateway.rehearsals.document import Noise, Rehearsal

SPEECH_RMS = 2600.0
PAUSE_BELOW = 200  # of a sample: an engine puts silence around a sentence
NOISE_S = 20  # then it begins anew
FRAME = RATE // 50
HUM_HZ, MUMBLE_SAMPLES = 50.0, 16
BABBLE = ("we_are_open_from_nine_to_five_monday_to_friday", "please_call_us_again_later", "thank_you")


class CallerVoice:
    """Of one rehearsal; `folder` takes the sentences as wav files."""

    def __init__(self, rehearsal: Rehearsal, folder: Path) -> None:
        self._engine, self._folder = Flite(rehearsal.voice), folder
        self._noise = noise(rehearsal.noise) if rehearsal.noise else None
        self._at = self._count = 0

    async def line(self, words: str, *, mumbled: bool = False) -> Say:
        """Spoken, and ending with its last word. Raises SetupError without flite, Unavailable when it fails."""
        if not installed("flite"):
            raise SetupError("a rehearsal by voice needs flite, which is not installed", todo="apt-get install flite")
        try:
            spoken = levelled(await self._engine.speak(words))
        except APIError as error:
            raise Unavailable(f"flite cannot say a line of the rehearsal: {error}") from error
        said = mumble(spoken) if mumbled else spoken
        if self._noise is not None:
            said = _sum(said, self._next(len(said)))
        self._count += 1
        file = self._folder / f"{self._count}.wav"
        write_mono(file, said)
        return Say(words, file)

    def background(self, frames: int) -> Iterator[Samples]:
        """What is heard while nothing is said; nothing without noise."""
        if self._noise is not None:
            for _ in range(frames):
                yield self._next(FRAME)

    def _next(self, count: int) -> Samples:
        assert self._noise is not None
        places = np.arange(self._at, self._at + count) % len(self._noise)
        self._at += count
        return self._noise[places]


def noise(wanted: Noise) -> Samples:
    """`NOISE_S` seconds, so much below the level of speech."""
    dice, count = np.random.default_rng(wanted.seed), NOISE_S * RATE
    match wanted.kind:
        case "white":
            made = dice.standard_normal(count)
        case "pink":
            made = _pink(dice, count)
        case "hum":
            at = np.arange(count) / RATE
            made = sum(np.sin(2 * np.pi * HUM_HZ * n * at + dice.uniform(0, 6)) / n for n in (1, 2, 3, 4, 6))
        case _:
            made = _babble(dice, count)
    rms = SPEECH_RMS / 10 ** (wanted.snr_db / 20)
    scaled = np.asarray(made, np.float64)
    return (scaled / max(float(np.sqrt(np.mean(scaled**2))), 1e-9) * rms).clip(-32768, 32767).astype(np.int16)


def levelled(spoken: Samples) -> Samples:
    """Without silence around it, at the usual level."""
    loud = np.flatnonzero(np.abs(spoken.astype(np.int32)) > PAUSE_BELOW)
    if not len(loud):
        return spoken
    words = spoken[loud[0] : loud[-1] + 1].astype(np.float64)
    scaled = words / max(float(np.sqrt(np.mean(words**2))), 1e-9) * SPEECH_RMS
    whole = -(-len(scaled) // FRAME) * FRAME  # a phone speaks frames
    return np.pad(scaled, (0, whole - len(scaled))).clip(-32768, 32767).astype(np.int16)


def mumble(spoken: Samples) -> Samples:
    """As loud as words, and none: backwards, and dull."""
    dull = np.convolve(spoken[::-1].astype(np.float64), np.ones(MUMBLE_SAMPLES) / MUMBLE_SAMPLES, mode="same")
    return levelled(dull.clip(-32768, 32767).astype(np.int16))


def write_mono(file: Path, samples: Samples) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())


def _sum(one: Samples, other: Samples) -> Samples:
    return (one.astype(np.int32) + other).clip(-32768, 32767).astype(np.int16)


def _pink(dice: np.random.Generator, count: int) -> np.ndarray:
    """White noise whose power falls with its frequency."""
    spectrum = np.fft.rfft(dice.standard_normal(count))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)


def _babble(dice: np.random.Generator, count: int) -> np.ndarray:
    """Eight people in another room: sentences backwards, from different places on."""
    said = [found for name in BABBLE if (found := shipped().say(name.replace("_", " "))) is not None]
    crowd = np.concatenate(said)[::-1].astype(np.float64)
    return sum((np.resize(np.roll(crowd, dice.integers(len(crowd))), count) for _ in range(8)), np.zeros(count))
