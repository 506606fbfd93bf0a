"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.schedule import ATTEMPTS, LONGEST_S, PAUSES_S, Outcome, judge, pause_after, wished

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_delivered(status: int) -> None:
    verdict = judge(Outcome(status), 1, NOW, 0)
    assert (verdict.status, verdict.next_at, verdict.switch_off) == ("delivered", None, False)


@pytest.mark.parametrize("status", [None, 100, 302, 400, 401, 404, 429, 500, 503])
def test_everything_else_is_tried_again_from_five_seconds_on(status: int | None) -> None:
    verdict = judge(Outcome(status, "" if status else "nobody answered"), 1, NOW, 0)
    assert (verdict.status, verdict.next_at) == ("waiting", NOW + timedelta(seconds=5))
    assert str(status) in verdict.words if status else verdict.words == "nobody answered"


def test_gone_is_given_up_at_once_and_switches_off() -> None:
    verdict = judge(Outcome(410), 1, NOW, 0)
    assert (verdict.status, verdict.switch_off) == ("dead", True)


def test_it_is_given_up_after_about_three_days() -> None:
    at = NOW
    for attempts in range(1, ATTEMPTS):
        verdict = judge(Outcome(500), attempts, at, 0)
        assert verdict.status == "waiting" and verdict.next_at is not None
        at = verdict.next_at
    last = judge(Outcome(500), ATTEMPTS, at, 0)
    assert (last.status, last.next_at, last.switch_off) == ("dead", None, False)
    assert timedelta(days=2.5) < at - NOW < timedelta(days=3.5)


def test_pauses_grow_up_to_six_hours() -> None:
    assert list(PAUSES_S) == sorted(PAUSES_S) and PAUSES_S[0] == 5 and PAUSES_S[-1] == LONGEST_S


@given(st.integers(1, 1000), st.floats(0, 1))
def test_chance_makes_a_pause_longer_by_at_most_a_fifth(failures: int, spin: float) -> None:
    least = pause_after(failures, 0)
    assert least <= pause_after(failures, spin) <= least * 1.2001
    assert pause_after(failures, 1) > least


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0), (" 7 ", 7.0), ("0", 0.0), ("999999", LONGEST_S), ("9" * 400, 0.0), ("-5", 0.0), ("1.5", 0.0),
        ("", 0.0), ("soon", 0.0), ("²", 0.0), ("Fri, 20 Nov 2026 09:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0.0), ("Fri, 20 Nov 2027 09:00:00 GMT", LONGEST_S),
        ("Fri, 20 Nov 2026 09:01:00", 60.0), ("Fri, 99 Nov 2026 09:01:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_what_a_receiver_wishes_is_read_and_bounded(text: str, seconds: float) -> None:
    assert wished(text, NOW) == seconds


def test_a_wish_makes_the_pause_longer_and_never_shorter() -> None:
    assert judge(Outcome(503, retry_after="60"), 1, NOW, 0).next_at == NOW + timedelta(seconds=60)
    assert judge(Outcome(503, retry_after="60"), 8, NOW, 0).next_at == NOW + timedelta(hours=4)


@given(st.text(max_size=40))
def test_no_text_in_the_header_breaks_it(text: str) -> None:
    assert 0 <= wished(text, NOW) <= LONGEST_S
