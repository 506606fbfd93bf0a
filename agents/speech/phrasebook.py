"""Shipped recordings put together to sentences: whole sentences where we have them, else word by word.

A recording's file name is its text: `you_entered.wav` says "you entered". 8 kHz, mono, 16 bit, trimmed.
"""

from __future__ import annotations

import re
import wave
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
VOICE = Path(__file__).parent / "voice"
GAP_S = 0.08  # between recordings
SENTENCE_GAP_S = 0.2

Samples = NDArray[np.int16]
_WORD = re.compile(r"[a-z']+|[0-9]|[.?!]")
_DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def words_of(text: str) -> tuple[str, ...]:
    """The spoken words, lower case; digits become words; the end of a sentence becomes `.`."""
    found = _WORD.findall(text.lower())
    return tuple(_DIGIT_WORDS[int(word)] if word.isdigit() else "." if word in "?!" else word for word in found)


def slug(text: str) -> str:
    """The file name of a recording, without `.wav`."""
    return "_".join(word.replace("'", "") for word in words_of(text) if word != ".")


def read_wav(path: Path) -> Samples:
    """8 kHz mono samples; raises ValueError for any other format."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path.name} is not an 8 kHz mono 16-bit wav file")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


class Phrasebook:
    """Says what its recordings can say."""

    def __init__(self, folder: Path = VOICE) -> None:
        self._recordings = {tuple(path.stem.split("_")): read_wav(path) for path in sorted(folder.glob("*.wav"))}
        self._longest = max((len(words) for words in self._recordings), default=0)

    def __len__(self) -> int:
        return len(self._recordings)

    def missing(self, texts: Iterable[str]) -> list[str]:
        """Those of `texts` that cannot be said."""
        return [text for text in texts if self.say(text) is None]

    def say(self, text: str) -> Samples | None:
        """The sentence as samples at 8 kHz; None if a word is missing. Longest recordings win."""
        words = words_of(text)
        pieces: list[Samples] = []
        position = 0
        while position < len(words):
            if words[position] == ".":
                pieces.append(silence(SENTENCE_GAP_S - GAP_S))
                position += 1
                continue
            taken, recording = self._longest_from(words, position)
            if recording is None:
                return None
            pieces += [recording, silence(GAP_S)]
            position += taken
        return np.concatenate(pieces) if pieces else None

    def _longest_from(self, words: tuple[str, ...], start: int) -> tuple[int, Samples | None]:
        """The longest recording that begins at `start`; it may run over the ends of sentences."""
        spoken: list[str] = []
        best: tuple[int, Samples | None] = (0, None)
        for offset, word in enumerate(words[start:]):
            if word != ".":
                spoken.append(word.replace("'", ""))
            if len(spoken) > self._longest:
                break
            if (recording := self._recordings.get(tuple(spoken))) is not None:
                best = (offset + 1, recording)
        return best


@cache
def shipped() -> Phrasebook:
    """The recordings of this package, read once per process image."""
    return Phrasebook()
