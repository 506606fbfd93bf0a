"""The measure of leaks finds a tone of one frame, however quiet, and takes no click for one."""

from __future__ import annotations

import numpy as np
import pytest

from bench.tone_levels import FRAME, QUIETEST_DB, RATE, levels, loudness, standing_out, tone
from gateway.sip.rtp.g711 import decode, encode

MINE, OTHER = 3210, 1870


@pytest.mark.parametrize(("amplitude", "db"), [(32767, 0.0), (3277, -20.0), (33, -60.0)])
def test_a_tone_has_its_level(amplitude: int, db: float) -> None:
    found = levels(tone(MINE, amplitude, RATE), MINE)[1:-1]
    assert np.abs(found - db).max() < 0.5
    assert np.abs(loudness(tone(MINE, amplitude, RATE)) - db).max() < 0.5


@pytest.mark.parametrize("amplitude", [66, 300, 3300])
def test_one_frame_of_it_under_another_tone_is_found(amplitude: int) -> None:
    sound = tone(OTHER, 300 if amplitude < 300 else 3300, RATE)
    sound[20 * FRAME : 21 * FRAME] += tone(MINE, amplitude, FRAME)
    found = standing_out(sound, MINE)
    assert found[20] > -66.0
    assert found[:19].max() == found[22:].max() == QUIETEST_DB


def test_clicks_gaps_and_the_codecs_noise_are_no_tone() -> None:
    chance = np.random.default_rng(5)
    sound = tone(OTHER, 3300, 60 * RATE)
    for start in chance.integers(0, len(sound) - 400, 200):
        length = int(chance.integers(1, 400))
        sound[start : start + length] = chance.choice([0, -3300, 3300])
    heard = decode("PCMU", encode("PCMU", sound))
    assert levels(heard, MINE).max() > -60.0  # which it would be taken for otherwise
    assert standing_out(heard, MINE).max() == QUIETEST_DB


def test_noise_is_no_tone() -> None:
    """A codec's is as loud as the limit; ten minutes of it, in which six neighbours alone would let 100 frames pass."""
    noise = np.random.default_rng(3).normal(0, 400, 600 * RATE).astype(np.int16)
    assert np.median(levels(noise, MINE)) > -60.0
    assert (standing_out(noise, MINE) > QUIETEST_DB).sum() <= 3
