"""Final responses and what they mean; the carrier's own words without numbers."""

from __future__ import annotations

import pytest

from gateway.calls.dial_outcome import LONGEST_WORDS, outcome_of
from gateway.calls.slugs import SENTENCES

NETWORK = ("Reason", 'SIP;cause=603;text="v=analytics1;url=https://x.example;tel=+15105550100"')


@pytest.mark.parametrize(
    ("code", "reason", "headers", "slug", "ended_by"),
    [
        (486, "Busy Here", [], "busy", "callee"),
        (600, "Busy Everywhere", [], "busy", "callee"),
        (408, "Request Timeout", [], "no_answer", "callee"),
        (480, "Temporarily Unavailable", [], "no_answer", "callee"),
        (487, "Request Terminated", [], "no_answer", "callee"),
        (603, "Decline", [], "declined", "callee"),
        (603, "Decline", [("Reason", 'Q.850;cause=21;text="Call Rejected"')], "declined", "callee"),
        (603, "Network Blocked", [], "blocked", "carrier"),
        (603, "Decline", [NETWORK], "blocked", "carrier"),
        (607, "Unwanted", [], "blocked", "carrier"),
        (608, "Rejected", [], "blocked", "carrier"),
        (402, "Payment Required", [], "carrier_limit", "carrier"),
        (429, "Too Many Calls", [], "carrier_limit", "carrier"),
        (503, "Service Unavailable", [("Retry-After", "30")], "carrier_limit", "carrier"),
        (503, "Service Unavailable", [], "unreachable", "carrier"),
        (404, "Not Found", [], "unreachable", "carrier"),
        (410, "Gone", [], "unreachable", "carrier"),
        (484, "Address Incomplete", [], "unreachable", "carrier"),
        (502, "Bad Gateway", [], "unreachable", "carrier"),
        (504, "Server Time-out", [], "unreachable", "carrier"),
        (604, "Does Not Exist Anywhere", [], "unreachable", "carrier"),
        (302, "Moved Temporarily", [], "unreachable", "carrier"),
        (401, "Unauthorized", [], "rejected", "carrier"),
        (403, "Forbidden", [], "rejected", "carrier"),
        (407, "Proxy Authentication Required", [], "rejected", "carrier"),
        (488, "Not Acceptable Here", [], "rejected", "carrier"),
        (606, "Not Acceptable", [], "rejected", "carrier"),
    ],
)
def test_a_final_response_has_its_meaning(
    code: int, reason: str, headers: list[tuple[str, str]], slug: str, ended_by: str
) -> None:
    outcome = outcome_of(code, reason, headers)
    assert (outcome.slug, outcome.ended_by, outcome.sip_code) == (slug, ended_by, code)
    assert outcome.slug in SENTENCES


@pytest.mark.parametrize("code", range(300, 700))
def test_every_final_response_has_a_meaning(code: int) -> None:
    assert outcome_of(code, "").slug in SENTENCES


def test_the_carriers_words_are_kept_in_order_and_in_one_line() -> None:
    headers = [("reason", 'Q.850;cause=17;text="User busy"'), ("Warning", '399 sbc "try\r\nlater"'), ("X-Other", "no")]
    said = outcome_of(486, "Busy Here", headers).carrier
    assert said == 'Busy Here; Q.850;cause=17;text="User busy"; 399 sbc "try later"'


@pytest.mark.parametrize(
    "words",
    [
        "+15105550100 is busy",
        "call 1 (510) 555-0100",
        "sip:alice@x.example said no",
        "tel:+15105550100",
        "0049 30 123456",
    ],
)
def test_no_number_and_no_address_is_kept(words: str) -> None:
    said = outcome_of(486, words, [("Reason", words)]).carrier
    assert "5550100" not in said and "555-0100" not in said and "alice" not in said and "123456" not in said


def test_endless_words_are_cut() -> None:
    assert len(outcome_of(500, "x" * 10_000, [("Reason", "y" * 10_000)] * 50).carrier) == LONGEST_WORDS


@pytest.mark.parametrize(
    ("value", "seconds"), [("5", 5), ("18000;duration=3600", 18000), ("9" * 9, 86_400), ("soon", None)]
)
def test_retry_after_is_read_as_seconds(value: str, seconds: int | None) -> None:
    assert outcome_of(503, "", [("Retry-After", value)]).retry_after_s == seconds
