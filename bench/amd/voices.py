"""Voices of flite and espeak-ng that speak a sentence once per run and are read from a folder afterwards."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agents.speech.engines import telephone_samples

Part = Literal["chosen", "scored"]  # thresholds were chosen on the one; the figures are those of the other
QUIET = 0.03  # of the loudest sample; an engine's own silence around a sentence is below it


@dataclass(frozen=True)
class Voice:
    engine: Literal["flite", "espeak-ng"]
    name: str
    pitch: int = 0  # flite: mean F0 in Hz; espeak-ng: 0-99; 0 is the voice's own
    pace: float = 1.0  # >1 is slower

    def command(self, text: str, wav: Path) -> list[str]:
        if self.engine == "flite":
            options = ["--setf", f"duration_stretch={self.pace}"]
            options += ["--setf", f"int_f0_target_mean={self.pitch}"] if self.pitch else []
            return ["flite", "-voice", self.name, *options, "-t", text, "-o", str(wav)]
        pitch = ["-p", str(self.pitch)] if self.pitch else []
        return ["espeak-ng", "-v", self.name, *pitch, "-s", str(round(165 / self.pace)), "-w", str(wav), text]


VOICES: dict[Part, tuple[Voice, ...]] = {
    "chosen": (
        Voice("flite", "slt"),
        Voice("flite", "slt", 215, 0.9),
        Voice("flite", "kal", 0, 1.1),
        Voice("flite", "kal16", 125),
        Voice("espeak-ng", "en-us+m3"),
        Voice("espeak-ng", "en-us+f2", 60),
        Voice("espeak-ng", "en-gb-x-rp+m1", 35, 1.1),
        Voice("espeak-ng", "en-us+linda", 0, 0.95),
    ),
    "scored": (
        Voice("flite", "rms"),
        Voice("flite", "rms", 120, 0.9),
        Voice("flite", "awb", 0, 1.05),
        Voice("flite", "rms", 85, 1.1),
        Voice("espeak-ng", "en-us+m7"),
        Voice("espeak-ng", "en-gb+f4", 55),
        Voice("espeak-ng", "en-gb-scotland+f3", 50, 0.95),
        Voice("espeak-ng", "en-029+m5", 40, 1.05),
        Voice("espeak-ng", "en-us-nyc+adam", 0, 1.0),
    ),
}


class Speakers:
    """Speaks into `folder`, which several processes may share: a sentence is made once, or twice at worst."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said: dict[str, NDArray[np.float32]] = {}

    def say(self, voice: Voice, text: str) -> NDArray[np.float32]:
        """8 kHz samples, the root mean square of what is louder than silence at 1, no silence around them."""
        key = hashlib.sha256(f"{voice}|{text}".encode()).hexdigest()[:24]
        if key not in self._said:
            kept = self._folder / f"{key}.npy"
            if not kept.exists():
                self._speak(voice, text, kept)
            self._said[key] = np.load(kept)
        return self._said[key]

    def _speak(self, voice: Voice, text: str, kept: Path) -> None:
        own = kept.with_name(f"{kept.stem}-{os.getpid()}")
        wav, made = own.with_suffix(".wav"), own.with_suffix(".npy")
        subprocess.run(voice.command(text, wav), check=True, capture_output=True)
        samples = telephone_samples(wav.read_bytes()).astype(np.float32)
        wav.unlink()
        loud = np.flatnonzero(np.abs(samples) > QUIET * np.abs(samples).max())
        samples = samples[loud[0] : loud[-1] + 1]
        strong = np.abs(samples) > 2 * QUIET * np.abs(samples).max()
        np.save(made, samples / np.sqrt(np.mean(samples[strong] ** 2)))
        made.rename(kept)
