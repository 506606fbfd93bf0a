"""Makes the prompts: `python -m gateway.sip.prompts.make` (needs flite)."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from gateway.sip import capture_prompts
from gateway.sip.prompts import FOLDER
from gateway.sip.rtp.g711 import SAMPLE_RATE

DIGITS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
SENTENCES = {
    "sorry_call_back": "Sorry, nobody can take your call right now. Please try again later.",
    "enter_pin": "Please enter your pin, followed by the pound key.",
    "wrong_pin": "That pin is not right. Please try again, followed by the pound key.",
    "press_to_go_on": "To go on, please press",
    **{f"digit_{key}": f"{word}." for key, word in DIGITS.items()},
    "goodbye": "Goodbye.",
    **capture_prompts.SENTENCES,
}
MAKERS_RATE = 16000  # flite's rms voice


# The music of a held line: a bar of plucked notes, in MIDI numbers, two to a second.
MELODY = (60, 64, 67, 72, 67, 64, 57, 60, 64, 69, 64, 60, 53, 57, 60, 65, 60, 57, 55, 59, 62, 67, 62, 59)
NOTE_S, LOUDNESS = 0.5, 3500


def make_music() -> Path:
    """Each note decays into the next; quiet, and without the frequencies that keys are made of for long."""
    length = int(NOTE_S * SAMPLE_RATE)
    music = np.zeros(len(MELODY) * length)
    t = np.arange(3 * length) / SAMPLE_RATE
    for place, note in enumerate(MELODY):
        pitch = 440.0 * 2 ** ((note - 69) / 12)
        sound = (
            sum(np.sin(2 * np.pi * pitch * k * t) / k**2 for k in (1, 2, 3)) * np.exp(-3 * t) * np.minimum(t * 200, 1)
        )
        # what rings at the end rings into the beginning: the loop has no seam
        np.add.at(music, (np.arange(3 * length) + place * length) % len(music), sound)
    return write("hold_music", music / np.abs(music).max() * LOUDNESS)


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
    return write(name, narrow)


def write(name: str, samples: np.ndarray) -> Path:
    target = FOLDER / f"{name}.wav"
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.clip(samples, -32768, 32767).astype(np.int16).tobytes())
    return target


if __name__ == "__main__":
    for prompt, text in SENTENCES.items():
        make(prompt, text)
    make_music()
