"""Makes the prompts: `python -m gateway.sip.prompts.make` (needs flite)."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from gateway.sip.prompts import FOLDER
from gateway.sip.rtp.g711 import SAMPLE_RATE

SENTENCES = {
    "sorry_call_back": "Sorry, nobody can take your call right now. Please try again later.",
}
MAKERS_RATE = 16000  # flite's rms voice


def make(name: str, sentence: str) -> Path:
    """Speaks `sentence`, halves the rate behind a low-pass filter, writes `<name>.wav`."""
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        subprocess.run(["flite", "-voice", "rms", "-t", sentence, "-o", str(spoken)], check=True)
        with wave.open(str(spoken)) as file:
            if file.getframerate() != MAKERS_RATE:
                raise ValueError(f"flite spoke at {file.getframerate()} Hz, expected {MAKERS_RATE}")
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16).astype(float)
    taps = np.sinc((np.arange(63) - 31) * 0.48) * np.hamming(63)
    narrow = np.convolve(samples, taps / taps.sum(), mode="same")[::2]
    target = FOLDER / f"{name}.wav"
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.clip(narrow, -32768, 32767).astype(np.int16).tobytes())
    return target


if __name__ == "__main__":
    for prompt, text in SENTENCES.items():
        make(prompt, text)
