"""A receiver that does not answer is asked seldom, and often again as soon as it does."""

from __future__ import annotations

from datetime import timedelta

from gateway.webhooks.patience import PROBE, UNANSWERED, Patience
from tests.unit.calls.story import T0

WHY = "there was no whole answer within 15 s"


def tired() -> Patience:
    patience = Patience()
    for _ in range(UNANSWERED):
        assert patience.may_ask(T0)
        patience.heard(WHY, T0)
    return patience


def test_ten_in_a_row_without_an_answer_are_enough() -> None:
    patience = tired()
    assert not patience.may_ask(T0)
    assert WHY in patience.words and str(UNANSWERED) in patience.words


def test_one_attempt_every_half_minute_is_made_all_the_same() -> None:
    patience = tired()
    later = T0 + PROBE
    assert [patience.may_ask(later) for _ in range(3)] == [True, False, False]
    patience.heard(WHY, later)
    assert not patience.may_ask(later + PROBE - timedelta(seconds=1))
    assert patience.may_ask(later + PROBE)


def test_any_answer_ends_it() -> None:
    patience = tired()
    patience.heard("", T0)
    assert all(patience.may_ask(T0) for _ in range(50))


def test_an_answer_in_between_begins_the_count_anew() -> None:
    patience = Patience()
    for _ in range(5):
        for _ in range(UNANSWERED - 1):
            patience.heard(WHY, T0)
        patience.heard("", T0)
    assert patience.may_ask(T0)
