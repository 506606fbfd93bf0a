from __future__ import annotations

import pytest

from gateway.kernel.e164 import from_sip_user, masked, parse_e164
from gateway.kernel.errors import BadInput


def test_a_number_is_normalised() -> None:
    assert parse_e164("+1 (510) 555-0100") == "+15105550100"


@pytest.mark.parametrize("text", ["", "5105550100", "alice", "+1", "+1510555010012345678", "+999123"])
def test_what_is_no_number_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_e164(text, field="caller")
    assert error.value.field == "caller"
    assert error.value.code == "number.not_e164"


@pytest.mark.parametrize(
    ("user", "number"),
    [("+15105550100", "+15105550100"), ("15105550100", "+15105550100"), ("+1-510-555-0100", "+15105550100"),
     ("+15105550100;npdi;rn=+1510", "+15105550100"), ("anonymous", "anonymous"), ("", ""), ("alice", "alice")],
)  # fmt: skip
def test_a_sip_user_becomes_the_number_the_switchboard_stores(user: str, number: str) -> None:
    assert from_sip_user(user) == number


def test_a_masked_number_shows_two_digits() -> None:
    assert masked("+15105550100") == "…00"
