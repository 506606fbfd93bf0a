"""Keys become one answer: by count, by #, or by a pause; on a clock that the test holds."""

from __future__ import annotations

import pytest

from agents.skills.digits import FIRST_DIGIT_S, NEXT_DIGIT_S, Collected, DigitCollector
from agents.skills.numbers import digit_words, in_words


def pressed(collector: DigitCollector, keys: str, now: float = 0.0) -> list[Collected]:
    return [done for key in keys if (done := collector.press(key, now)) is not None]


def test_the_count_completes_it_and_later_keys_are_ignored() -> None:
    collector = DigitCollector()
    collector.arm(4, 0.0)
    assert collector.expected == 4 and collector.untouched
    assert pressed(collector, "12345") == [Collected("1234", "count")]
    assert collector.expected == 0 and not collector.untouched


def test_the_terminator_ends_early_and_a_star_is_no_digit() -> None:
    collector = DigitCollector()
    collector.arm(4, 0.0)
    assert pressed(collector, "1*2#3") == [Collected("12", "terminator")]


def test_keys_before_the_question_do_not_count() -> None:
    assert pressed(DigitCollector(), "1234#") == []


def test_a_pause_ends_it_counted_from_the_last_key() -> None:
    collector = DigitCollector()
    collector.arm(4, 0.0)
    assert collector.deadline == FIRST_DIGIT_S
    collector.press("7", 10.0)
    assert collector.expire(10.0 + NEXT_DIGIT_S - 0.01) is None
    assert collector.expire(10.0 + NEXT_DIGIT_S) == Collected("7", "timeout")
    assert collector.deadline is None


def test_disarmed_it_forgets() -> None:
    collector = DigitCollector()
    collector.arm(4, 0.0)
    collector.press("1", 0.0)
    collector.disarm()
    assert collector.expire(99.0) is None and collector.expected == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (42, "forty two"),
        (100, "one hundred"),
        (90_511, "ninety thousand five hundred eleven"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_digits_in_words() -> None:
    assert digit_words("1204") == "one two zero four"
