"""An agent becomes quieter for speech, and for nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.sip.ducking import DUCKED, LONGEST_FRAMES, Ducking, Fade, level_db
from gateway.sip.mixer import HUSHED_FRAMES, Mixer

FRAME = 160
RNG = np.random.default_rng(1)


def voice(decibel: float) -> np.ndarray:
    """A frame of so many dB of full scale."""
    amplitude = 32768 * 10 ** (decibel / 20) * np.sqrt(2)
    return (amplitude * np.sin(2 * np.pi * 200 * np.arange(FRAME) / 8000)).astype(np.int16)


def hiss(decibel: float) -> np.ndarray:
    return np.clip(RNG.normal(size=FRAME) * 32768 * 10 ** (decibel / 20), -32768, 32767).astype(np.int16)


SILENCE = np.zeros(FRAME, np.int16)


def after(ducking: Ducking, frame: np.ndarray, frames: int) -> list[float]:
    gains = []
    for _ in range(frames):
        ducking.hear(frame)
        gains.append(ducking.gain)
    return gains


def test_the_level_of_a_frame() -> None:
    assert level_db(voice(-20)) == pytest.approx(-20, abs=0.1)
    assert level_db(SILENCE) < -90


def test_speech_makes_it_quieter_within_100_ms_and_its_end_louder_again() -> None:
    ducking = Ducking()
    assert after(ducking, SILENCE, 50) == [1.0] * 50
    gains = after(ducking, voice(-20), 10)
    assert gains[:3] == [1.0] * 3
    assert gains[4:] == [DUCKED] * 6
    gains = after(ducking, SILENCE, 20)
    assert gains[10] == DUCKED  # a pause between two words
    assert gains[-1] == 1.0


def test_a_click_is_no_speech() -> None:
    ducking = Ducking()
    for _ in range(20):
        assert set(after(ducking, voice(-10), 2) + after(ducking, SILENCE, 5)) == {1.0}


def test_a_noisy_line_is_no_speech_and_speech_on_it_is() -> None:
    ducking = Ducking()
    after(ducking, hiss(-40), 300)
    assert set(after(ducking, hiss(-33), 100)) == {1.0}
    assert after(ducking, voice(-15), 6)[-1] == DUCKED


def test_noise_that_goes_on_does_not_keep_it_quiet() -> None:
    ducking = Ducking()
    gains = after(ducking, hiss(-25), LONGEST_FRAMES * 4)
    assert gains.count(DUCKED) <= LONGEST_FRAMES
    assert gains[-1] == 1.0


def test_what_the_phone_sends_back_of_the_agent_is_no_speech() -> None:
    ducking = Ducking()
    for _ in range(100):
        ducking.played(voice(-12))
        ducking.hear(voice(-12 - 20))
        assert ducking.gain == 1.0
    for _ in range(6):
        ducking.played(voice(-12))
        ducking.hear(voice(-20))
    assert ducking.gain == DUCKED


def test_the_gain_changes_within_a_frame_without_a_step() -> None:
    fade, level = Fade(FRAME), np.full(FRAME, 10000, np.int16)
    assert fade.at(level, 1.0) is level
    falling = fade.at(level, 0.25)
    assert falling[0] == 10000
    assert falling[-1] == 2500
    assert np.abs(np.diff(falling)).max() < 100
    assert set(fade.at(level, 0.25)) == {2500}
    assert fade.at(level, 1.0)[-1] == 10000


def test_only_agents_yield() -> None:
    mixer = Mixer()
    agent, human = mixer.open("TR_agent", "agent", yields=True), mixer.open("TR_human", "human")
    assert mixer.has_agent
    for _ in range(3):
        agent.put(np.full(FRAME, 8000, np.int16))
        human.put(np.full(FRAME, 1000, np.int16))
        mixed = mixer.mix(0.25)
    assert mixed[-1] == 8000 * 0.25 + 1000


def test_what_is_on_its_way_from_an_agent_that_fell_silent_is_not_heard() -> None:
    mixer = Mixer()
    agent, human = mixer.open("TR_agent", "agent", yields=True), mixer.open("TR_human", "human")
    heard = []
    for number in range(HUSHED_FRAMES + 3):
        agent.put(np.full(FRAME, 8000, np.int16))
        human.put(np.full(FRAME, 1000, np.int16))
        if number == 1:
            mixer.hush("agent")
            mixer.hush("human")
        heard.append(int(mixer.mix()[-1]))
    assert heard == [9000, *[1000] * HUSHED_FRAMES, 9000, 9000]


def test_an_agent_that_is_not_heard_needs_no_ducking() -> None:
    mixer = Mixer()
    mixer.hear([])
    mixer.open("TR_agent", "agent", yields=True)
    assert not mixer.has_agent
