"""What may be asked for, in which words, and what is refused."""

from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from compliance.capture.keys import Keys
from compliance.capture.spec import CaptureSpec


def test_a_field_may_be_written_as_its_kind_alone() -> None:
    spec = CaptureSpec.model_validate({"fields": ["card_number", {"kind": "pin", "longest": 6}]})
    assert [(one.kind, one.lengths) for one in spec.fields] == [("card_number", (12, 19)), ("pin", (4, 6))]
    assert CaptureSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["card_number", "card_number"],
        ["cvv", "card_number"],
        ["birthday"],
        [{"kind": "card_number", "longest": 16}],
        [{"kind": "postcode", "mask": "94xxx"}],
        [{"kind": "account_number", "mask": "(a+)+$"}],
        [{"kind": "account_number", "mask": "xx", "longest": 2}],
        [{"kind": "pin", "shortest": 6, "longest": 5}],
    ],
)
def test_what_makes_no_sense_is_refused(fields: list[object]) -> None:
    with pytest.raises(ValidationError):
        CaptureSpec.model_validate({"fields": fields})


def test_keys_show_only_how_many_they_are_and_cannot_be_written_down() -> None:
    keys = Keys()
    for key in "4111":
        keys.add(key)
    view = keys.digits
    assert repr(keys) == f"{keys!s}" == "<4 keys>" and bytes(view) == b"4111"
    with pytest.raises(TypeError):
        pickle.dumps(keys)
    keys.wipe()
    assert bytes(view) == b"\0\0\0\0" and len(keys) == 0


def test_keys_take_digits_only_and_no_more_than_there_is_room_for() -> None:
    keys = Keys(most=3)
    for key in "4*1#1A1":
        keys.add(key)
    assert bytes(keys.digits) == b"411"
