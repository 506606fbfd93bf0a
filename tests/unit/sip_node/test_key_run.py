"""What the record is told of keys: a few as they are, a long run of them without what they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.sip.key_run import GAP_S, LONG, MOST_HELD, Key, KeyRun

BEGIN = datetime(2026, 11, 21, tzinfo=UTC)


def typed(run: KeyRun, presses: list[tuple[str, float]]) -> list[Key]:
    """`presses`: (key, seconds since the one before). Held keys are told when their time has come."""
    told: list[Key] = []
    now = 0.0
    for digit, pause in presses:
        now += pause
        if run.due is not None and run.due <= now:
            told += run.close()
        told += run.press(Key(digit, "rfc4733", 100, BEGIN + timedelta(seconds=now)), now)
    return told + run.close()


def test_five_keys_are_told_as_they_are_six_are_not() -> None:
    assert [key.digit for key in typed(KeyRun(), [(one, 0.3) for one in "12345"])] == list("12345")
    assert [key.digit for key in typed(KeyRun(), [(one, 0.3) for one in "123456"])] == [""] * 6


def test_a_pause_begins_a_new_run() -> None:
    presses = [(one, 0.3) for one in "12345"] + [("6", GAP_S), ("7", 0.3)]
    assert [key.digit for key in typed(KeyRun(), presses)] == list("1234567")


def test_a_star_alone_is_told_at_once_and_within_a_number_it_counts() -> None:
    run = KeyRun()
    star = Key("*", "info", 100, BEGIN)
    assert run.press(star, 1.0) == [star] == run.press(star, 1.2)
    assert run.due is None
    assert [key.digit for key in typed(run, [(one, 0.3) for one in "411*11"])] == [""] * 6


def test_what_was_typed_before_it_was_asked_for_in_secret_is_not_told_as_it_was() -> None:
    run = KeyRun()
    for number, digit in enumerate("4111"):
        assert run.press(Key(digit, "rfc4733", 100, BEGIN), number * 0.2) == []
    assert [key.digit for key in run.hide()] == [""] * 4
    assert run.press(Key("1", "rfc4733", 100, BEGIN), 1.0) == []
    assert [key.digit for key in run.press(Key("1", "rfc4733", 100, BEGIN), 1.2)] == ["", ""]


def test_no_key_shows_its_digit() -> None:
    assert "7" not in repr(Key("7", "info", 100, BEGIN))


@given(st.lists(st.tuples(st.sampled_from("0123456789*#"), st.floats(0.05, 6.0)), max_size=40))
def test_every_key_is_told_once_in_order_and_no_six_in_a_row_are_known(presses: list[tuple[str, float]]) -> None:
    run = KeyRun()
    told = typed(run, presses)
    assert [key.at for key in told] == sorted(key.at for key in told)
    assert len(told) == len(presses)
    row = 0
    last = None
    for key in told:
        close = last is not None and (key.at - last).total_seconds() < GAP_S - 0.001
        row = (row if close else 0) + 1 if key.digit.isdigit() else (row if close else 0)
        assert row < LONG
        last = key.at


@given(st.lists(st.sampled_from("0123456789*#"), max_size=60))
def test_what_is_held_has_a_bound(keys: list[str]) -> None:
    run = KeyRun()
    for number, digit in enumerate(keys):
        run.press(Key(digit, "info", 100, BEGIN), number * 0.1)
        assert len(run._held) <= MOST_HELD
