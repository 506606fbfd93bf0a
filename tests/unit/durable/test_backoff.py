"""Work that fails is tried again, ever more seldom, for ever."""

from __future__ import annotations

from gateway.durable.backoff import LONGEST_S, pause_after


def test_pauses_double_from_a_second_up_to_a_minute() -> None:
    assert [pause_after(n) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_work_that_failed_for_weeks_still_has_a_pause() -> None:
    assert pause_after(100_000) == LONGEST_S
