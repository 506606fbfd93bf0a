"""The embedded ears of answering-machine detection: phrases understood while they are spoken.

They take 5 % of a core while they listen.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

from agents.amd.language import arpa
from agents.amd.phrases import LISTENED_FOR, plain
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.resample import Doubler

LANGUAGE_WEIGHT = 9.0  # how much the language model counts beside the sound; 6.5 is usual and finds fewer phrases
EVERY = 1600  # samples at 16 kHz between two looks


def load() -> Decoder:
    """The acoustic model, the dictionary and our language model: 0.3 s, once per process, before a call."""
    with tempfile.NamedTemporaryFile("w", suffix=".lm") as file:
        file.write(arpa(LISTENED_FOR))
        file.flush()
        return Decoder(lm=str(Path(file.name)), lw=LANGUAGE_WEIGHT, loglevel="FATAL")


class PhraseEars:
    """Frames of 160 samples at 8 kHz in, phrases of `LISTENED_FOR` out, each once. Blocks: call it in one thread.

    A decoder serves one call at a time. A phrase counts once two looks in a row have it, for the decoder changes its
    mind about the last words.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder, self._doubled = decoder, Doubler()
        self._waiting: list[Samples] = []
        self._seen: set[str] = set()
        self._told: set[str] = set()
        self._decoder.start_utt()

    def take(self, frame: Samples) -> list[str]:
        """The phrases that became certain with this frame."""
        self._waiting.append(self._doubled(frame))
        if sum(map(len, self._waiting)) < EVERY:
            return []
        self._decoder.process_raw(np.concatenate(self._waiting).tobytes(), no_search=False, full_utt=False)
        self._waiting.clear()
        return self._look()

    def close(self) -> None:
        """Makes the decoder free for the next call."""
        self._decoder.end_utt()

    def _look(self) -> list[str]:
        best = self._decoder.hyp()
        said = f" {plain(best.hypstr)} " if best else ""
        seen = {phrase for phrase in LISTENED_FOR if f" {phrase} " in said}
        sure = sorted((seen & self._seen) - self._told)
        self._seen = seen
        self._told.update(sure)
        return sure
