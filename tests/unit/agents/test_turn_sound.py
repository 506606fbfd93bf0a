"""Which sound may go to a model that hears for itself."""

from __future__ import annotations

import pytest
from livekit import rtc

from agents.speech.ears import UNCLEAR
from agents.speech.turn_sound import BEFORE_S, LONGEST_S, TurnSound


def frame(seconds: float = 0.1) -> rtc.AudioFrame:
    samples = int(seconds * 16000)
    return rtc.AudioFrame(bytes(samples * 2), 16000, 1, samples)


def hear(sound: TurnSound, seconds: float, *, speaking: bool) -> None:
    for _ in range(round(seconds * 10)):
        sound.hear(frame(), speaking=speaking)


def seconds(sound: TurnSound) -> float:
    return round(sum(one.duration for one in sound.take()), 1)


def test_a_turn_begins_a_little_before_its_detection_and_ends_with_the_speech() -> None:
    sound = TurnSound()
    hear(sound, 5, speaking=False)
    hear(sound, 2, speaking=True)
    hear(sound, 5, speaking=False)
    sound.understood("what are your opening hours")
    assert seconds(sound) == 2 + BEFORE_S
    assert seconds(sound) == 0


@pytest.mark.parametrize("words", ["four one one one", "my card", "4111", UNCLEAR, ""])
def test_what_may_be_a_number_or_was_not_understood_stays_here(words: str) -> None:
    sound = TurnSound()
    hear(sound, 1, speaking=True)
    hear(sound, 0.2, speaking=False)
    sound.understood(words)
    assert seconds(sound) == 0


def test_a_stretch_that_nobody_understood_keeps_the_whole_turn_here() -> None:
    sound = TurnSound()
    for _ in range(2):
        hear(sound, 1, speaking=True)
        hear(sound, 1, speaking=False)
    sound.understood("good morning")
    assert seconds(sound) == 0


def test_the_next_turn_is_weighed_anew() -> None:
    sound = TurnSound()
    hear(sound, 1, speaking=True)
    hear(sound, 1, speaking=False)
    sound.understood("four one one one")
    sound.drop()
    hear(sound, 1, speaking=True)
    hear(sound, 0.1, speaking=False)
    sound.understood("good morning")
    assert seconds(sound) == 1


def test_a_turn_without_end_is_not_kept() -> None:
    sound = TurnSound()
    hear(sound, LONGEST_S + 1, speaking=True)
    sound.understood("and so on")
    assert seconds(sound) == 0
