"""Sentences and music that ship with the node: 8 kHz mono wav files beside this module.

`python -m gateway.sip.prompts.make` makes them again, with flite.
"""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path

import numpy as np

from gateway.kernel.errors import NotFound
from gateway.sip.rtp.g711 import FRAME_SAMPLES, SAMPLE_RATE, Samples

FOLDER = Path(__file__).parent
DEFAULT = "sorry_call_back"
HOLD_MUSIC = "hold_music"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.wav"))


@cache
def frames_of(name: str) -> tuple[Samples, ...]:
    """The prompt cut into 20 ms frames, int16[160]. Raises NotFound for a name that is not shipped."""
    if name not in names():
        raise NotFound(f"there is no prompt named {name}", todo="choose one of: " + ", ".join(names()))
    with wave.open(str(FOLDER / f"{name}.wav")) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (SAMPLE_RATE, 1, 2):
            raise NotFound(f"the prompt {name} is not 8 kHz mono 16-bit")
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    padded = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
    return tuple(padded.reshape(-1, FRAME_SAMPLES))
