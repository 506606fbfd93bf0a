"""Calls that were diverted on their way here: every step is signed, or the way is not known."""

from __future__ import annotations

import pytest

from compliance.stir_shaken.diversion import diversions_to
from compliance.stir_shaken.identity_header import parse_identity
from compliance.stir_shaken.passport import Passport, open_token, read_claims
from tests.stir import maker


def div(frm: str, *to: str) -> Passport:
    return read_claims(open_token(parse_identity(maker.div_identity(frm, "0", dest={"tn": list(to)}))))


@pytest.mark.parametrize(
    ("here", "diversions", "steps"),
    [
        ("1", [], 0),
        ("1", [("1", "2")], 0),
        ("2", [("1", "2")], 1),
        ("2", [("3", "9"), ("1", "2")], 1),
        ("3", [("2", "3"), ("1", "2")], 2),
        ("6", [("1", "2"), ("2", "3"), ("3", "4"), ("4", "5"), ("5", "6")], 5),
        ("4", [("1", "2", "3"), ("3", "4")], 2),
        ("2", [], None),
        ("3", [("2", "3")], None),
        ("3", [("1", "2")], None),
        ("9", [("1", "2"), ("2", "1")], None),
        ("9", [("1", "1")], None),
    ],
)
def test_the_way_is_as_long_as_its_steps_in_whatever_order_they_come(
    here: str, diversions: list[tuple[str, ...]], steps: int | None
) -> None:
    assert diversions_to(["1"], {here}, [div(*one) for one in diversions]) == steps


def test_of_two_ways_the_shorter_counts() -> None:
    assert diversions_to(["1"], {"4"}, [div("1", "2"), div("2", "4"), div("1", "4")]) == 1


def test_without_a_destination_there_is_no_way() -> None:
    assert diversions_to([], {"1"}, [div("1", "2")]) is None
    assert diversions_to(["1"], set(), [div("1", "2")]) is None
