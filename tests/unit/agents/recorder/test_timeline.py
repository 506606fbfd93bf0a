"""Sound of several into two channels: where it is in time, what is silent, what is bounded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.recorder.timeline import AHEAD, DEPTH_S, GUARD, RATE, Samples, Timeline

FRAME = RATE // 10


def frame(value: int, length: int = FRAME) -> Samples:
    return np.full(length, value, dtype=np.int16)


def spoken(timeline: Timeline, value: int, frames: range, side: str = "left", source: str = "caller") -> None:
    """Frames with these numbers, each as it ends."""
    for number in frames:
        timeline.put(source, side, (number + 1) * FRAME, frame(value))  # type: ignore[arg-type]


def test_the_caller_is_left_and_everybody_else_is_mixed_right() -> None:
    timeline = Timeline()
    spoken(timeline, 100, range(3))
    spoken(timeline, 20, range(3), "right", "agent")
    spoken(timeline, 3, range(1, 3), "right", "human")
    taken = timeline.take(3 * FRAME)
    assert taken[:, 0].tolist() == [100] * 3 * FRAME
    assert taken[:, 1].tolist() == [20] * FRAME + [23] * 2 * FRAME


def test_loud_ones_together_are_as_loud_as_can_be_and_not_noise() -> None:
    timeline = Timeline()
    spoken(timeline, 30_000, range(1), "right", "agent")
    spoken(timeline, 30_000, range(1), "right", "human")
    assert timeline.take(FRAME)[:, 1].max() == 32_767


def test_a_gap_is_silence_of_its_length() -> None:
    timeline = Timeline()
    spoken(timeline, 7, range(2))
    taken = [timeline.take(10 * FRAME)]
    spoken(timeline, 9, range(12, 13))
    taken.append(timeline.take(15 * FRAME))
    found = np.concatenate(taken)[:, 0]
    assert len(found) == 15 * FRAME
    assert set(found[: 2 * FRAME]) == {7} and set(found[2 * FRAME : 12 * FRAME]) == {0}
    assert set(found[12 * FRAME : 13 * FRAME]) == {9} and set(found[13 * FRAME :]) == {0}


def test_frames_that_come_all_at_once_after_a_stall_follow_each_other() -> None:
    timeline = Timeline()
    spoken(timeline, 1, range(1))
    for value in (2, 3, 4):
        timeline.put("caller", "left", 4 * FRAME, frame(value))
    assert timeline.take(4 * FRAME)[::FRAME, 0].tolist() == [1, 2, 3, 4]


def test_a_faster_clock_loses_frames_and_never_runs_away() -> None:
    timeline = Timeline()
    for _ in range(100):
        timeline.put("caller", "left", FRAME, frame(5))
    assert np.count_nonzero(timeline.take(20 * RATE)[:, 0]) <= FRAME + AHEAD


def test_a_pause_is_silence_also_for_what_has_come_already_and_what_was_said_in_it() -> None:
    timeline = Timeline()
    spoken(timeline, 5, range(4))
    timeline.pause(2 * FRAME)
    spoken(timeline, 6, range(4, 8))
    timeline.resume(8 * FRAME)
    spoken(timeline, 8, range(8, 20))
    found = timeline.take(20 * FRAME)[:, 0]
    assert set(found[: 2 * FRAME]) == {5}
    assert not found[2 * FRAME : 8 * FRAME + GUARD].any()
    assert set(found[8 * FRAME + GUARD :]) == {8}


def test_a_pause_reaches_over_the_end_of_the_ring() -> None:
    for begun in range(0, DEPTH_S * RATE, 7919):
        timeline = Timeline()
        timeline.take(begun)
        timeline.put("caller", "left", begun + FRAME, frame(5))
        timeline.put("caller", "left", begun + 2 * FRAME, frame(5))
        timeline.pause(begun + FRAME)
        found = timeline.take(begun + DEPTH_S * RATE)[:, 0]
        assert np.count_nonzero(found) == FRAME


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(-2 * RATE, 6 * RATE), st.integers(1, 3000), st.booleans()),
        max_size=40,
    )
)
def test_whatever_comes_when_time_goes_on_by_count_and_nothing_is_left_behind(
    steps: list[tuple[str, int, int, bool]],
) -> None:
    timeline, total = Timeline(), 0
    for source, offset, length, takes in steps:
        timeline.put(source, "left", max(timeline.taken + offset, length), frame(1, length))
        if takes:
            total += len(timeline.take(timeline.taken + length))
    assert timeline.taken == total
    timeline.take(timeline.taken + DEPTH_S * RATE)
    assert not timeline.take(timeline.taken + DEPTH_S * RATE).any()
