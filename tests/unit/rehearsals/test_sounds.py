"""The caller's voice: as loud as it should be over the noise, the same every time, and unintelligible when mumbled."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from gateway.rehearsals.document import Noise, Rehearsal
from gateway.rehearsals.sounds import FRAME, SPEECH_RMS, CallerVoice, levelled, mumble, noise


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


@pytest.mark.parametrize("kind", ["white", "pink", "babble", "hum"])
@pytest.mark.parametrize("snr_db", [10, 30])
def test_noise_is_so_much_below_the_words(kind: str, snr_db: float) -> None:
    made = noise(Noise.model_validate({"kind": kind, "snr_db": snr_db}))
    assert 20 * np.log10(SPEECH_RMS / rms(made)) == pytest.approx(snr_db, abs=0.5)


def test_the_same_seed_makes_the_same_noise() -> None:
    one, again, other = (noise(Noise(kind="pink", seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_silence_around_words_is_cut_and_their_level_is_set() -> None:
    words = np.concatenate([np.zeros(4000), 500 * np.sin(np.arange(8000) / 4), np.zeros(4000)]).astype(np.int16)
    made = levelled(words)
    assert 7900 < len(made) < 8200 and len(made) % FRAME == 0
    assert rms(made) == pytest.approx(SPEECH_RMS, rel=0.05)


def test_mumbled_words_are_as_loud_and_others() -> None:
    words = levelled((800 * np.sin(np.arange(8000) ** 1.3 / 50)).astype(np.int16))
    made = mumble(words)
    assert rms(made) == pytest.approx(SPEECH_RMS, rel=0.1)
    spectrum = np.abs(np.fft.rfft(made.astype(float)))
    above = int(len(spectrum) * 2000 / 4000)
    assert spectrum[:above].sum() > 3 * spectrum[above:].sum()


async def test_a_line_is_a_telephones_wav_and_noise_goes_on_behind_it(tmp_path: Path) -> None:
    rehearsal = Rehearsal.model_validate(
        {"name": "a", "by": "voice", "noise": {"kind": "white"}, "steps": [{"say": "hello"}]}
    )
    voice = CallerVoice(rehearsal, tmp_path)
    line = await voice.line("hello there")
    with wave.open(str(line.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() > 2000
    frames = list(voice.background(3))
    assert [len(one) for one in frames] == [FRAME] * 3 and all(rms(one) > 50 for one in frames)
    quiet = CallerVoice(rehearsal.model_copy(update={"noise": None}), tmp_path)
    assert list(quiet.background(3)) == []
