"""Hearing without a download: keyword spotting, and a digit grammar for when digits were asked for.

A closed grammar accepts anything (a cough becomes "eight"), so the grammar listens only while digits are
expected, only when no phrase was spotted, and only a full set of digits counts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pocketsphinx import Decoder

RATE = 16000
DIGIT_OF = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_GRAMMAR = f"#JSGF V1.0; grammar digits; public <digits> = ({' | '.join(DIGIT_OF)})+;"
_LONG, _SHORT = "1e-10", "1e-5"  # measured: 21 of 24 commands heard, 1 of 18 strangers taken for one


def spoken_digits(text: str) -> str:
    """The digits of "one two three four", "" when any other word is in it."""
    words = text.lower().split()
    return "".join(DIGIT_OF[word] for word in words) if words and all(word in DIGIT_OF for word in words) else ""


def new_decoder() -> Decoder:
    """The acoustic model and the dictionary, 0.2 s to load; made before a call, shared by fork."""
    return Decoder(lm=None, loglevel="FATAL")


@cache
def shared_decoder() -> Decoder:
    """The decoder of this process: a job process has one call, so it may add its phrases to it."""
    return new_decoder()


class KeywordSpotter:
    """Spots phrases in 16 kHz speech. Blocks: call it in a thread, one at a time.

    `search`: what its phrases are called in a decoder that it shares with another spotter.
    """

    def __init__(self, phrases: Iterable[str], decoder: Decoder | None = None, *, search: str = "phrases") -> None:
        self._decoder = decoder or new_decoder()
        self._search = search
        wanted = sorted({" ".join(phrase.lower().split()) for phrase in phrases})
        self.unknown = [phrase for phrase in wanted if not self._knows(phrase)]
        self.phrases = [phrase for phrase in wanted if phrase not in self.unknown]
        if self.phrases:
            self._add_phrases()
        self._decoder.add_jsgf_string("digits", _GRAMMAR)

    def _knows(self, phrase: str) -> bool:
        return bool(phrase) and all(self._decoder.lookup_word(word) is not None for word in phrase.split())

    def _add_phrases(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".kws") as file:
            file.writelines(f"{phrase} /{_LONG if ' ' in phrase else _SHORT}/\n" for phrase in self.phrases)
            file.flush()
            self._decoder.add_kws(self._search, str(Path(file.name)))

    def understand(self, pcm: bytes, *, digits_expected: int = 0) -> str:
        """The phrases in the order spoken, joined by ", "; or the digits as words if exactly
        `digits_expected` of them were spoken; or ""."""
        if spotted := self._spot(pcm):
            return ", ".join(spotted)
        if digits_expected:
            words = self._decode("digits", pcm)
            if len(words) == digits_expected:
                return " ".join(words)
        return ""

    def digits_in(self, pcm: bytes) -> list[str]:
        """Words for digits, whatever was said: a closed grammar takes anything for one."""
        return self._decode("digits", pcm)

    def _spot(self, pcm: bytes) -> list[str]:
        if not self.phrases:
            return []
        self._decoder.activate_search(self._search)
        self._feed(pcm)
        found = [
            (segment.start_frame, segment.end_frame, segment.word.strip())
            for segment in self._decoder.seg() or ()
            if segment.word.strip() in self.phrases
        ]
        return _without_overlaps(found)

    def _decode(self, search: str, pcm: bytes) -> list[str]:
        self._decoder.activate_search(search)
        self._feed(pcm)
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr.split() if hypothesis else []

    def _feed(self, pcm: bytes) -> None:
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, no_search=False, full_utt=True)
        self._decoder.end_utt()


def _without_overlaps(found: list[tuple[int, int, str]]) -> list[str]:
    """Of phrases heard at the same time the longest counts; each phrase once, in order of time."""
    kept: list[tuple[int, int, str]] = []
    for start, end, phrase in sorted(found, key=lambda item: (-len(item[2]), item[0])):
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in kept):
            kept.append((start, end, phrase))
    return list(dict.fromkeys(phrase for _, _, phrase in sorted(kept)))
