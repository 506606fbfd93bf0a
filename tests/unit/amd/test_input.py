"""What comes in: frames of the wrong size, other rates, phrases in any spelling, a language model that adds up."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from agents.amd.detector import Detector
from agents.amd.intake import Intake
from agents.amd.language import OTHER_WORDS, arpa
from agents.amd.phrases import LISTENED_FOR, MEANINGS, Words, meanings_in
from gateway.kernel.errors import BadInput


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros(159, np.int16), np.zeros(320, np.int16), np.zeros(0, np.int16), np.zeros((160, 1), np.int16),
        np.zeros(160, np.float32), np.zeros(160, np.int32),
    ],
)  # fmt: skip
def test_a_frame_of_another_shape_is_refused_and_says_what_to_do(frame: np.ndarray) -> None:
    detector = Detector(lambda _: 0.0)
    with pytest.raises(BadInput) as refused:
        detector.take(frame)
    assert "160" in refused.value.detail and "intake" in (refused.value.todo or "")
    assert detector.now_s == 0.0


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("chunk_ms", [7, 10, 20, 33])
def test_audio_of_any_rate_becomes_frames_of_the_same_sound(rate: int, chunk_ms: int) -> None:
    at = np.arange(rate) / rate
    sound = (8000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)
    intake = Intake(rate)
    chunks = np.split(sound, range(chunk_ms * rate // 1000, len(sound), chunk_ms * rate // 1000))
    frames = [frame for chunk in chunks for frame in intake.take(chunk)]
    assert all(frame.shape == (160,) and frame.dtype == np.int16 for frame in frames)
    assert 48 <= len(frames) <= 50
    heard = np.concatenate(frames)[800:-800].astype(float)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert spectrum.argmax() * 8000 / len(heard) == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(8000 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize("rate", [16000, 48000])
def test_what_8_khz_cannot_carry_is_taken_out(rate: int) -> None:
    sound = (8000 * np.sin(2 * np.pi * 5000 * np.arange(rate) / rate)).astype(np.int16)
    heard = np.concatenate(Intake(rate).take(sound))[400:].astype(float)
    assert np.sqrt(np.mean(heard**2)) < 8000 / np.sqrt(2) / 100


def test_other_rates_and_kinds_of_audio_are_refused() -> None:
    with pytest.raises(BadInput, match="44100"):
        Intake(44100)
    with pytest.raises(BadInput, match="one channel"):
        Intake(16000).take(np.zeros((320, 2), np.int16))
    with pytest.raises(BadInput, match="float32"):
        Intake(16000).take(np.zeros(320, np.float32))


@pytest.mark.parametrize(
    ("said", "meanings"),
    [
        ("Please LEAVE A MESSAGE, after the tone!", {"voicemail", "recorded"}),
        ("You’ve reached", {"recorded"}),
        ("impress one", set()),
        ("Hello?", set()),
        ("", set()),
        ("1 2 3", set()),
    ],
)
def test_phrases_are_found_as_whole_words_in_any_spelling(said: str, meanings: set[str]) -> None:
    assert meanings_in(said) == meanings


def test_a_phrase_may_come_in_two_pieces_and_what_was_meant_stays() -> None:
    words = Words()
    words.heard("please leave a")
    assert words.meanings == set()
    words.heard("message")
    for _ in range(500):
        words.heard("something else entirely")
    assert words.meanings == {"voicemail"}
    assert len(words._said) <= 2000


def test_no_phrase_means_two_things() -> None:
    assert len(set(LISTENED_FOR)) == len(LISTENED_FOR) == sum(map(len, MEANINGS.values()))


def test_the_language_model_has_every_word_and_its_chances_add_up() -> None:
    lines = arpa(["leave a message", "press one"]).splitlines()
    rows = [line.split() for line in lines if line[:1] == "-" or line[:2] == "0."]
    single = {row[1]: 10 ** float(row[0]) for row in rows if len(row) == 3 and not row[1].startswith("<")}
    assert set(single) == {"leave", "a", "message", "press", "one", *OTHER_WORDS.split()}
    assert sum(single.values()) == pytest.approx(1.0, abs=0.01)
    pairs = [(row[1], 10 ** float(row[0])) for row in rows if len(row) == 4 and _number(row[3])]
    for word, following in groupby(sorted(pairs), key=lambda pair: pair[0]):
        taken = sum(chance for _, chance in following)
        left_over = 10 ** float(next(row[2] for row in rows if row[1] == word and len(row) == 3))
        spared = sum(single[row[2]] for row in rows if len(row) == 4 and row[1] == word and _number(row[3]))
        assert taken + left_over * (1 - spared) == pytest.approx(1.0, abs=0.01)


def _number(text: str) -> bool:
    return text.lstrip("-").replace(".", "").isdigit()
