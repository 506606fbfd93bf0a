"""What a phone hears in the place of its room, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.sip import prompts
from gateway.sip.earpiece import FRAMES_A_SECOND, PARKED_AT_MOST_S, Earpiece, Plays
from gateway.sip.ringback import Ringback

GAP_FRAMES = 3  # 60 ms


def of_room(value: int, size: int = 160) -> np.ndarray:
    return np.full(size, value, np.int16)


def longest_quiet(frames: list[np.ndarray], loud: int = 50) -> int:
    longest = run = 0
    for frame in frames:
        run = run + 1 if int(np.abs(frame.astype(int)).max()) < loud else 0
        longest = max(longest, run)
    return longest


def test_music_is_heard_from_the_next_frame_on_and_the_room_from_the_next_frame_after_it() -> None:
    earpiece = Earpiece()
    assert earpiece.next_frame(of_room(1))[0] == 1
    earpiece.play("music")
    music = prompts.frames_of(prompts.HOLD_MUSIC)
    heard = [earpiece.next_frame(of_room(2)) for _ in range(len(music) + 5)]
    assert all(np.array_equal(one, two) for one, two in zip(heard, (*music, *music[:5]), strict=True))  # a loop
    earpiece.play("nothing")
    assert earpiece.next_frame(of_room(3))[0] == 3


def test_there_is_no_gap_at_either_change_nor_within_the_music() -> None:
    earpiece, heard = Earpiece(), []
    for what in ("nothing", "music", "nothing", "music"):
        earpiece.play(what)
        heard += [earpiece.next_frame(of_room(1000)) for _ in range(700)]
    assert longest_quiet(heard) <= GAP_FRAMES


def test_the_same_again_goes_on_and_does_not_begin_anew() -> None:
    earpiece, plain = Earpiece(), Earpiece()
    earpiece.play("music")
    plain.play("music")
    for _ in range(20):
        earpiece.play("music")
        assert np.array_equal(earpiece.next_frame(of_room(0)), plain.next_frame(of_room(0)))


@pytest.mark.parametrize("number", ["+15105550100", "+4930123456", "", "desk"])
def test_the_ringing_tone_is_that_of_the_numbers_country(number: str) -> None:
    earpiece, tone = Earpiece(number), Ringback(number)
    earpiece.play("ringback")
    for _ in range(400):
        assert np.array_equal(earpiece.next_frame(of_room(9)), tone.next_frame())


@pytest.mark.parametrize("first", ["music", "ringback"])
def test_one_thing_follows_another(first: Plays) -> None:
    second: Plays = "ringback" if first == "music" else "music"
    earpiece, wanted = Earpiece(), Earpiece()
    earpiece.play(first)
    earpiece.next_frame(of_room(0))
    earpiece.play(second)
    wanted.play(second)
    assert np.array_equal(earpiece.next_frame(of_room(0)), wanted.next_frame(of_room(0)))


def test_music_passes_the_time_for_three_minutes_and_from_its_beginning_again() -> None:
    earpiece = Earpiece()
    assert not earpiece.passes_time
    earpiece.play("music")
    for _ in range(PARKED_AT_MOST_S * FRAMES_A_SECOND - 1):
        earpiece.next_frame(of_room(0))
    assert earpiece.passes_time
    earpiece.next_frame(of_room(0))
    assert not earpiece.passes_time
    earpiece.play("ringback")
    assert earpiece.passes_time
    earpiece.play("nothing")
    assert not earpiece.passes_time
