"""Dialled strings and what they are: the classes on which an outbound verdict stands."""

from __future__ import annotations

import pytest

from gateway.calls.number_class import classes_of, countries_of

US, DE, GB = ("US",), ("DE",), ("GB",)


@pytest.mark.parametrize(
    ("dialled", "countries", "kinds"),
    [
        ("+15105550100", US, "ordinary"),
        ("15105550100", US, "ordinary"),
        ("5105550100", US, "ordinary"),
        ("030123456", DE, "ordinary"),
        ("+18005550100", US, "ordinary"),
        ("911", US, "emergency"),
        ("+911", US, "emergency"),
        ("9911", US, "emergency"),
        ("0112", DE, "emergency"),
        ("112", US, "emergency"),
        ("999", GB, "emergency"),
        ("999", US, "emergency"),
        ("110", DE, "emergency"),
        ("911", (), "emergency"),
        ("988", US, "emergency"),
        ("933", US, "emergency"),
        ("411", US, "short_code"),
        ("611", ("CA",), "short_code"),
        ("+19005550100", US, "premium"),
        ("+449012345678", GB, "premium"),
        ("+15005550100", US, "special"),
        ("+447012345678", GB, "special"),
        ("+870773111111", US, "satellite"),
        ("+881612345678", US, "satellite"),
        ("+88216112345", US, "satellite"),
        ("+8835100123456", US, "satellite"),
        ("+888123456789", US, "satellite"),
        ("+97912345678", US, "satellite"),
        ("881612345678", US, "satellite"),
        ("2000", US, "extension"),
        ("alice", US, "extension"),
        ("5551234", US, "unreadable"),
        ("+1976555010", US, "unreadable"),
        ("*72", US, "unreadable"),
        ("+1510555", US, "unreadable"),
        ("", US, "unreadable"),
        ("+15105550100;phone-context=+44", US, "unreadable"),
        ("+15105550100,,9", US, "unreadable"),
    ],
)
def test_a_dialled_string_is_of_its_class(dialled: str, countries: tuple[str, ...], kinds: str) -> None:
    assert {one.kind for one in classes_of(dialled, countries)} == {kinds}


def test_an_island_of_the_north_american_plan_is_another_country() -> None:
    assert [(one.kind, one.country) for one in classes_of("+18765550100", US)] == [("ordinary", "JM")]
    assert [one.country for one in classes_of("+14165550100", US)] == ["CA"]


def test_a_number_without_plus_is_told_in_every_reading() -> None:
    """The German 0… number and the one that a left-out + would make of it."""
    assert {one.country for one in classes_of("442079460018", ("DE", "GB"))} >= {"GB"}
    both = classes_of("3069123456", ("DE", "US"))
    assert len({one.country for one in both}) == len(both) > 1


def test_the_international_prefix_is_read_in_each_country() -> None:
    assert [one.country for one in classes_of("011442079460018", US)] == ["GB"]
    assert [one.country for one in classes_of("00442079460018", DE)] == ["GB"]


def test_countries_of_numbers() -> None:
    assert countries_of(["+15105550100", "+442079460018", "+12125550100", "+870773111111", "nonsense"]) == ("US", "GB")
