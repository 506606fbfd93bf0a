"""A known sound is found in what a telephone line makes of it, and nothing else is taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.sip.rtp import g711
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.tones import tone
from gateway.trunk_test.sound import chirp, place_of

RATE = 8000


def line(before_s: float, sound: Samples, after_s: float = 0.5) -> Samples:
    return np.concatenate([np.zeros(int(before_s * RATE), np.int16), sound, np.zeros(int(after_s * RATE), np.int16)])


def noise(seconds: float, level: float) -> Samples:
    return (np.random.default_rng(7).standard_normal(int(seconds * RATE)) * level).astype(np.int16)


@pytest.mark.parametrize("delay_s", [0.0, 0.0125, 0.145, 1.0])
@pytest.mark.parametrize("loudness", [1.0, 0.1, -0.5])
def test_it_is_found_where_it_is_to_the_sample(delay_s: float, loudness: float) -> None:
    heard = line(delay_s, (chirp() * loudness).astype(np.int16))
    assert place_of(chirp(), heard) == int(delay_s * RATE)


def test_it_is_found_after_g711_and_beside_speech_like_noise() -> None:
    coded = g711.decode("PCMU", g711.encode("PCMU", chirp()))
    heard = line(0.2, coded).astype(np.int32) + noise(1.0, 2500)[: len(line(0.2, coded))]
    assert place_of(chirp(), np.clip(heard, -32768, 32767).astype(np.int16)) == pytest.approx(1600, abs=2)


def test_a_lost_packet_does_not_hide_it() -> None:
    sound = chirp().copy()
    sound[800:1120] = 0
    assert place_of(chirp(), line(0.1, sound)) == 800


@pytest.mark.parametrize(
    "heard",
    [np.zeros(8000, np.int16), noise(1.0, 4000), np.tile(tone("9", RATE, 200), 5), chirp()[::-1].copy(), chirp()[:900]],
    ids=["silence", "noise", "keys", "backwards", "too short"],
)
def test_nothing_else_is_taken_for_it(heard: Samples) -> None:
    assert place_of(chirp(), heard) is None
