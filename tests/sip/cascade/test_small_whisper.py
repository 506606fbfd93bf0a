"""The small Whisper of this repository understands voices and speeds that it was not taught with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from agents.speech.engines import resampled
from agents.speech.make_voice import LINES
from agents.speech.phrasebook import RATE, read_wav, silence
from agents.speech.whisper import FasterWhisperSTT, load
from tests.sip.cascade.conftest import FOLDER
from tests.sip.cascade.small_whisper.speech import EARS_RATE, FRESH, TAUGHT, on_the_line, only_noise, spoken
from tests.sip.cascade.small_whisper.words import SENTENCES


@pytest.fixture(scope="module")
def ears() -> FasterWhisperSTT:
    return FasterWhisperSTT(load(FOLDER))


def test_fresh_voices_are_understood(ears: FasterWhisperSTT) -> None:
    assert not set(FRESH) & set(TAUGHT)
    rng = np.random.default_rng(3)
    pairs = [(text, voice) for text in SENTENCES for voice in FRESH]
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda pair: spoken(*pair), pairs))
    heard = [ears.transcribe(_pcm(on_the_line(samples, rng))) for samples in said]
    right = sum(words == text for words, (text, _) in zip(heard, pairs, strict=True))
    assert right >= 0.9 * len(pairs)


@pytest.mark.parametrize("text", ["what are your opening hours", "I want to pay my bill", "goodbye"])
def test_the_lines_of_our_phones_are_understood(ears: FasterWhisperSTT, text: str) -> None:
    """With the silence around them that the detector of speech leaves."""
    line = read_wav(LINES / f"{text.lower().replace(' ', '_')}.wav")
    samples = resampled(np.concatenate([silence(0.5), line, silence(0.3)]), RATE, EARS_RATE)
    assert ears.transcribe(samples.tobytes()) == text.lower()


def test_a_line_on_which_nobody_speaks_says_nothing(ears: FasterWhisperSTT) -> None:
    rng = np.random.default_rng(4)
    assert [ears.transcribe(_pcm(only_noise(rng))) for _ in range(12)] == [""] * 12


def _pcm(audio: np.ndarray) -> bytes:
    return (audio * 32767).astype("<i2").tobytes()
