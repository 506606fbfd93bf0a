"""What a field may not be, and the keys it takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agents.flows.fields import FlowField


def field(**given: Any) -> FlowField:
    return FlowField.model_validate({"name": "it", **given})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"type": "digits", "check": "luhn"}, "take it with a capture"),
        ({"type": "digits", "name": "card_number"}, "taken with a capture"),
        ({"type": "digits", "name": "pin"}, "taken with a capture"),
        ({"type": "text", "by": "digits"}, "cannot be keyed in"),
        ({"type": "digits", "least": 5, "most": 4}, "least is more than most"),
        ({"type": "digits", "most": 33}, "most is 32 or less"),
        ({"type": "text", "least": 0}, "least is 1 or more"),
        ({"type": "digits", "options": [{"value": "a"}, {"value": "b"}]}, "options is for choice"),
        ({"type": "yes_no", "least": 1}, "least is for digits"),
        ({"type": "choice", "options": [{"value": "a"}]}, "at least two options"),
        ({"type": "choice", "options": [{"value": "a"}, {"value": "a"}]}, "same value"),
        ({"type": "choice", "options": [{"value": "a", "key": "1"}, {"value": "b", "key": "1"}]}, "same key"),
        ({"type": "postcode"}, "needs a region"),
        ({"type": "phone", "region": "ZZ"}, "needs a region"),
        ({"type": "date", "earliest": "soon"}, "is no day"),
        ({"type": "date", "earliest": "2026-02-31"}, "day is out of range"),
        ({"type": "time", "earliest": "8"}, "no time of day"),
        ({"type": "time", "earliest": "18:00", "latest": "08:00"}, "earliest is after latest"),
    ],
)
def test_what_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        field(**given)


@pytest.mark.parametrize(
    ("given", "keys", "spoken"),
    [
        ({"type": "digits", "least": 6, "most": 6}, 6, 6),
        ({"type": "digits", "least": 4, "most": 6}, 6, 0),
        ({"type": "digits", "least": 6, "most": 6, "by": "digits"}, 6, 0),
        ({"type": "digits", "by": "speech"}, 0, 0),
        ({"type": "integer", "most": 120}, 3, 0),
        ({"type": "date"}, 8, 0),
        ({"type": "time"}, 4, 0),
        ({"type": "yes_no"}, 1, 0),
        ({"type": "choice", "options": [{"value": "a", "key": "10"}, {"value": "b"}]}, 2, 0),
        ({"type": "choice", "options": [{"value": "a"}, {"value": "b"}]}, 0, 0),
        ({"type": "phone", "region": "US"}, 15, 0),
        ({"type": "text"}, 0, 0),
    ],
)
def test_keys_and_digits_that_are_waited_for(given: dict[str, Any], keys: int, spoken: int) -> None:
    assert (field(**given).keys, field(**given).spoken_digits) == (keys, spoken)
