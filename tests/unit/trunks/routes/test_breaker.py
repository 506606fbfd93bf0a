"""The circuit of a trunk: when it opens, who may try it, and what closes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trunks.routes.breaker import (
    OPENS_AFTER,
    PAUSE,
    PROBE_WITHIN,
    WITHIN,
    Breaker,
    after_failure,
    after_success,
    probing,
)

T0 = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def failed(times: int, *, every: timedelta = SECOND, start: datetime = T0) -> Breaker:
    breaker = Breaker()
    for n in range(times):
        breaker = after_failure(breaker, start + n * every, "the carrier takes no calls now (503)")
    return breaker


def test_it_opens_with_the_last_of_so_many_failures_and_says_why() -> None:
    assert failed(OPENS_AFTER - 1).state(T0 + SECOND) == "closed"
    breaker = failed(OPENS_AFTER)
    assert breaker.state(T0 + 6 * SECOND) == "open" and "503" in breaker.why


def test_failures_far_apart_do_not_open_it() -> None:
    assert failed(3 * OPENS_AFTER, every=WITHIN / (OPENS_AFTER - 1)).opened_at is None


def test_a_call_that_works_begins_the_count_again() -> None:
    breaker = after_success(failed(OPENS_AFTER - 1))
    assert breaker == Breaker()
    assert after_failure(breaker, T0, "x").state(T0) == "closed"


def test_after_a_pause_one_call_may_try_it_and_only_one() -> None:
    breaker = failed(OPENS_AFTER)
    assert breaker.opened_at is not None
    later = breaker.opened_at + PAUSE
    assert breaker.state(later - SECOND) == "open" and breaker.state(later) == "half_open"
    tried = probing(breaker, later)
    assert tried.state(later) == tried.state(later + PROBE_WITHIN - SECOND) == "open"
    assert tried.state(later + PROBE_WITHIN) == "half_open"  # whoever tried it is gone without a word


def test_what_the_one_call_finds_closes_it_or_opens_it_for_another_pause() -> None:
    later = T0 + timedelta(minutes=1)
    tried = probing(failed(OPENS_AFTER), later)
    assert after_success(tried).state(later) == "closed"
    again = after_failure(tried, later + SECOND, "x")
    assert again.state(later + PAUSE) == "open" and again.state(later + SECOND + PAUSE) == "half_open"


@given(st.lists(st.tuples(st.sampled_from(["works", "fails", "tried"]), st.integers(0, 200)), max_size=40))
def test_whatever_happens_it_is_open_only_after_enough_failures_in_a_row(steps: list[tuple[str, int]]) -> None:
    breaker, now, in_a_row = Breaker(), T0, 0
    for what, seconds in steps:
        now += seconds * SECOND
        if what == "tried" and breaker.state(now) == "half_open":
            breaker = probing(breaker, now)
            assert breaker.state(now) == "open"
        elif what == "fails":
            breaker, in_a_row = after_failure(breaker, now, "x"), in_a_row + 1
        elif what == "works":
            breaker, in_a_row = after_success(breaker), 0
        if breaker.state(now) != "closed":
            assert in_a_row >= OPENS_AFTER
        assert len(breaker.failed_at) <= OPENS_AFTER
