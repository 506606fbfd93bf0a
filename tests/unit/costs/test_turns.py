"""When an account's records are read, from where on, and how long one that fails is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.costs.turns import (
    APART,
    BEFORE_US,
    DEEP_EVERY,
    EVERY,
    LATE,
    LONGEST_CALL,
    LONGEST_PAUSE,
    UNRATED,
    Turn,
    since,
)
from tests.unit.calls.story import T0

MINUTE = timedelta(minutes=1)


def read(at: datetime = T0) -> Turn:
    turn = Turn()
    turn.ended(at, deep=turn.begin(at))
    return turn


def test_a_new_account_is_read_at_once_and_then_every_five_minutes() -> None:
    assert Turn().due(T0)
    turn = read()
    assert not turn.due(T0 + EVERY - timedelta(seconds=1)) and turn.due(T0 + EVERY)
    assert turn.wait(T0) == EVERY.total_seconds()


def test_an_account_that_is_being_read_is_not_due() -> None:
    turn = Turn()
    turn.begin(T0)
    assert not turn.due(T0 + 10 * EVERY)


def test_every_hour_it_is_read_from_far_back() -> None:
    turn = Turn()
    assert turn.begin(T0)
    turn.ended(T0, deep=True)
    assert not turn.begin(T0 + EVERY)
    turn.ended(T0 + EVERY, deep=False)
    assert turn.begin(T0 + DEEP_EVERY)


def test_after_a_failure_it_is_read_from_far_back_too() -> None:
    turn = read()
    turn.begin(T0 + EVERY)
    turn.failed(T0 + EVERY)
    assert turn.begin(T0 + EVERY + MINUTE)


def test_one_that_fails_is_left_alone_longer_each_time() -> None:
    turn, waits = Turn(), list[float]()
    for _ in range(9):
        turn.begin(T0)
        turn.failed(T0)
        waits.append(turn.wait(T0) / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    turn.begin(T0)
    turn.ended(T0, deep=True)
    assert turn.wait(T0) == EVERY.total_seconds()


def test_a_carrier_that_wants_more_patience_gets_it() -> None:
    turn = Turn()
    turn.begin(T0)
    turn.failed(T0, wished=2 * LONGEST_PAUSE)
    assert turn.wait(T0) == 2 * LONGEST_PAUSE.total_seconds()


def test_a_webhook_wakes_it_but_not_twice_within_ten_seconds() -> None:
    turn = read()
    turn.wake(T0 + MINUTE)
    assert turn.due(T0 + MINUTE)
    turn = read()
    turn.wake(T0 + APART / 2)
    assert not turn.due(T0 + APART / 2) and turn.due(T0 + APART)


def test_what_happens_while_it_is_read_is_read_soon_after() -> None:
    turn = Turn()
    deep = turn.begin(T0)
    turn.wake(T0)
    turn.ended(T0, deep=deep)
    assert turn.wait(T0) == APART.total_seconds()


def test_a_webhook_does_not_hurry_one_that_fails() -> None:
    turn = Turn()
    turn.begin(T0)
    turn.failed(T0)
    turn.wake(T0 + APART)
    assert not turn.due(T0 + APART)


def test_records_overlap_and_calls_without_a_price_are_looked_at_for_three_days() -> None:
    made, now = T0 - timedelta(days=30), T0
    assert since(None, made, None, now, deep=True) == made - BEFORE_US
    assert since(T0, made, T0 - UNRATED, now, deep=False) == T0 - LATE
    assert since(T0, made, None, now, deep=True) == T0 - LONGEST_CALL
    assert since(T0, made, T0 - timedelta(days=2), now, deep=True) == T0 - timedelta(days=2)
    assert since(T0, made, T0 - UNRATED - MINUTE, now, deep=True) == T0 - LONGEST_CALL
    away = T0 - timedelta(days=9)
    assert since(away, made, T0 - timedelta(days=2), now, deep=True) == away - LONGEST_CALL
