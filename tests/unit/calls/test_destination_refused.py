"""What a trunk would refuse to dial, known before anybody dials it."""

from __future__ import annotations

import pytest

from gateway.calls.admit_outbound import WayOut, destination_refused

WAY = WayOut("trk_1", home=("US",))


@pytest.mark.parametrize("dialled", ["+15105550100", "15105550100", "+18005550100"])
def test_nothing_stands_against_an_ordinary_number_of_the_trunks_country(dialled: str) -> None:
    assert destination_refused(dialled, WAY) is None


@pytest.mark.parametrize(
    ("dialled", "word"),
    [
        ("+442079460018", "the trunk allows US"),
        ("911", "emergency"),
        ("+19005550100", "premium"),
        ("2000", "does not call extensions"),
        ("+870773111111", "no country"),
        ("", "no number that exists"),
    ],
)
def test_the_reason_is_told_without_the_number(dialled: str, word: str) -> None:
    reason = destination_refused(dialled, WAY)
    assert reason is not None and word in reason
    assert not dialled or dialled not in reason


def test_what_the_trunk_allows_is_not_refused() -> None:
    assert destination_refused("+442079460018", WayOut("trk_1", home=("US",), allowed_countries=("GB",))) is None
    assert destination_refused("2000", WayOut("trk_1", allow_extensions=True)) is None


def test_a_trunk_without_countries_dials_no_number() -> None:
    assert "allows none" in str(destination_refused("+15105550100", WayOut("trk_1")))
