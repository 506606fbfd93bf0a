"""JSON: tool arguments and webhook bodies."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.redaction.exempt import is_exempt
from compliance.redaction.value import redact_value

NUMBER, CODE, EXPIRY = "[card number]", "[card code]", "[card expiry]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"card": "4111 1111 1111 1111"}, {"card": NUMBER}),
        ({"deep": [{"er": ["x", "four one one one " * 1 + "one " * 12]}]}, {"deep": [{"er": ["x", f"{NUMBER} "]}]}),
        ({"first": "4111 1111", "second": "1111 1111"}, {"first": NUMBER, "second": NUMBER}),
        (["4111", "1111", "1111", "1111"], [NUMBER] * 4),
        ({"amount": 4111111111111111}, {"amount": NUMBER}),
        ({"amount": 4111111111111111.0}, {"amount": NUMBER}),
        ({"4111111111111111": True}, {NUMBER: True}),
        ({"pan": "4111", "cardNumber": "41"}, {"pan": NUMBER, "cardNumber": NUMBER}),
        ({"cvv": "737", "security-code": 737}, {"cvv": CODE, "security-code": CODE}),
        ({"exp_month": 12, "expYear": 2028, "exp": "12/28"}, {"exp_month": EXPIRY, "expYear": EXPIRY, "exp": EXPIRY}),
        ({"credit_card_digits": "411111112"}, {"credit_card_digits": NUMBER}),
    ],
)
def test_digits_of_cards_go_wherever_they_stand(value: Any, expected: Any) -> None:
    assert redact_value(value) == expected
    assert redact_value(expected) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        4.5,
        [],
        {},
        {"call_id": "4111111111111111", "created_at": 4111111111111111, "durationMs": 4111111111111111},
        {"phone": "415 555 0100", "order": "12345678", "zip": "94110"},
        {"type": "call.ended", "timestamp": "2026-11-20T09:00:10Z", "data": {"seq": 7, "sip_code": 200}},
        {"duration_s": 12.345, "attempt_id": "att_01h455vb4pex5vsknk084sn02q"},
        {"text": "your balance is forty two dollars"},
    ],
)
def test_everything_else_stays(value: Any) -> None:
    assert redact_value(value) == value


def test_the_value_that_came_in_is_not_changed() -> None:
    value = {"card": ["4111 1111 1111 1111"]}
    redact_value(value)
    assert value == {"card": ["4111 1111 1111 1111"]}


def test_a_value_without_an_end_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match="deeper"):
        redact_value(value)


@pytest.mark.parametrize("name", ["call_id", "callId", "call-id", "seq", "answered_at", "answeredAt", "duration_ms"])
def test_ids_times_and_counts_are_exempt(name: str) -> None:
    assert is_exempt(name)


@pytest.mark.parametrize("name", ["card", "digits", "text", "reason", "arguments", "paid", "valid", "expiry_date", ""])
def test_what_people_fill_is_not(name: str) -> None:
    assert not is_exempt(name)
