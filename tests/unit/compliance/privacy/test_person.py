"""A number is found whole, in every way it is written here, and never within another; what is emptied says nothing."""

from __future__ import annotations

import pytest

from compliance.privacy.person import Person, emptied, says_something

ANA = Person("+15105550111")


@pytest.mark.parametrize(
    "value",
    [
        "+15105550111",
        "15105550111",
        "0015105550111",
        "01115105550111",
        "sip:+15105550111@192.0.2.1;user=phone",
        "call-_+15105550111_x7",
        {"pii": {"rooms": ["a", "sip_15105550111"]}},
        {"+15105550111": 1},
        15105550111,
    ],
)
def test_it_is_found_and_then_gone(value: object) -> None:
    assert ANA.is_in(value)
    assert not ANA.is_in(ANA.taken_out(value))


@pytest.mark.parametrize(
    "value",
    ["+151055501112", "+915105550111", "5105550111", "+1510555011", ["1 510 555 0112"], None, 7, True, "", {}],
)
def test_another_number_is_not_it_and_stays(value: object) -> None:
    assert not ANA.is_in(value)
    assert ANA.taken_out(value) == value


def test_around_the_number_everything_stays() -> None:
    assert ANA.taken_out({"room": "call-_+15105550111_x", "n": 3}) == {"room": "call-__x", "n": 3}


def test_what_is_emptied_has_its_shape_and_says_nothing() -> None:
    value = {"text": "it is Ana", "n": 4, "ok": True, "none": None, "deep": {"a": "b"}, "list": ["x"]}
    gone = emptied(value)
    assert gone == {"text": "", "n": 0, "ok": True, "none": None, "deep": {"a": ""}, "list": []}
    assert says_something(value)
    assert not says_something(gone)
    assert not says_something({})
