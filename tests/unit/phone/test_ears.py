"""The phone's ears on speech that went through telephone coding, spoken by flite."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from gateway.demo.conversation import PHRASES
from gateway.phone.ears import Ears, Segmenter
from gateway.phone.recording import RATE, Samples, read_wav


@pytest.fixture(scope="module")
def ears() -> Ears:
    return Ears(PHRASES)


def spoken(folder: Path, text: str) -> Samples:
    """`text` by flite, as 8 kHz mu-law and back; without the dither that makes each conversion another."""
    wide, narrow = folder / "wide.wav", folder / "narrow.wav"
    subprocess.run(["flite", "-voice", "rms", "-t", text, "-o", str(wide)], check=True)
    coded = folder / "coded.wav"
    subprocess.run(["sox", "-D", str(wide), "-r", "8000", "-c", "1", "-e", "u-law", str(coded)], check=True)
    subprocess.run(["sox", "-D", str(coded), "-e", "signed", "-b", "16", str(narrow)], check=True)
    return read_wav(narrow)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, this is the demo agent. How can I help you?", ["demo agent"]),
        ("Please key in your four digit account number.", ["account number"]),
        (
            "You entered one two three four. Your balance is forty two dollars.",
            ["one two three four", "forty two dollars"],
        ),
        ("We are open from nine to five, Monday to Friday.", ["nine to five"]),
        ("The weather is very nice today and my dog ate the letter.", []),
    ],
)
def test_what_was_said_is_understood_and_nothing_else(ears: Ears, tmp_path: Path, text: str, words: list[str]) -> None:
    assert ears.understand(spoken(tmp_path, text)) == words


def test_speech_is_cut_at_silence(tmp_path: Path) -> None:
    speech = spoken(tmp_path, "nine to five")
    silence = np.zeros(RATE, np.int16)
    stream = np.concatenate([silence, speech, silence, speech, silence])
    segments = Segmenter()
    cut = [s for i in range(0, len(stream) - 160, 160) if (s := segments.push(stream[i : i + 160])) is not None]
    assert len(cut) == 2
    assert all(abs(len(part) - len(speech)) < RATE for part in cut)


def test_a_click_is_not_speech() -> None:
    segments = Segmenter()
    click = np.full(160, 9000, np.int16)
    quiet = np.zeros(160, np.int16)
    assert all(segments.push(frame) is None for frame in [click, *[quiet] * 60])
