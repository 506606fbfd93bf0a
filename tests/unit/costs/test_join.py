"""Which of our calls a carrier's record is: by Call-ID, else by what fits once only; and never by a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.costs.join import ONE_ID, REACH, Found, Ours, Theirs, fits, join, telephone
from tests.unit.calls.story import T0

ANA, DESK = "+15105550111", "+15105550100"
OURS = Ours(
    "call_1", "inbound", "abc@phone", ANA, DESK, T0, T0 + timedelta(seconds=5), T0 + timedelta(seconds=66)
)  # fmt: skip
THEIRS = Theirs("ccl_1", "inbound", "", ANA, DESK, T0 + timedelta(seconds=5), 61)


def later(seconds: float, one: Ours, name: str) -> Ours:
    by = timedelta(seconds=seconds)
    assert one.answered_at is not None
    return replace(
        one, call_id=name, sip_call_id=f"{name}@phone", began_at=one.began_at + by,
        answered_at=one.answered_at + by, ended_at=one.ended_at + by,
    )  # fmt: skip


def test_the_call_id_tells_it_whatever_else_differs() -> None:
    told = replace(THEIRS, sip_call_id="abc@phone", calling="anonymous", seconds=7)
    assert join([told], [OURS]) == {"ccl_1": Found("call_id", "call_1")}


@pytest.mark.parametrize(
    "other",
    [
        replace(OURS, call_id="call_2"),
        replace(OURS, call_id="call_2", called="+15105550123"),
    ],
    ids=["alike", "to another number"],
)
def test_a_call_id_that_two_calls_have_tells_nothing(other: Ours) -> None:
    told = replace(THEIRS, sip_call_id="abc@phone")
    assert join([told], [OURS, other])["ccl_1"].fit in ("numbers", "several")
    assert join([told], [replace(OURS, calling=""), replace(other, calling="")])["ccl_1"] == Found("none")


def test_the_same_call_id_in_the_other_direction_or_on_another_day_is_another_call() -> None:
    told = replace(THEIRS, sip_call_id="abc@phone", calling="anonymous")
    assert join([replace(told, direction="outbound")], [OURS])["ccl_1"] == Found("none")
    assert join([replace(told, began_at=T0 + ONE_ID + timedelta(seconds=1))], [OURS])["ccl_1"] == Found("none")


def test_without_a_call_id_numbers_time_and_length_tell_it_when_one_fits() -> None:
    assert join([THEIRS], [OURS]) == {"ccl_1": Found("numbers", "call_1")}


@pytest.mark.parametrize(
    "told",
    [
        replace(THEIRS, direction="outbound"),
        replace(THEIRS, calling="+15105550112"),
        replace(THEIRS, called="+15105550101"),
        replace(THEIRS, calling="anonymous"),
        replace(THEIRS, calling=""),
        replace(THEIRS, began_at=T0 - timedelta(seconds=31)),
        replace(THEIRS, began_at=T0 + timedelta(seconds=36)),
        replace(THEIRS, seconds=72),
        replace(THEIRS, seconds=55),
    ],
    ids=["direction", "caller", "called", "withheld", "none", "too early", "too late", "longer", "shorter"],
)
def test_anything_that_differs_is_enough_not_to_fit(told: Theirs) -> None:
    assert join([told], [OURS]) == {"ccl_1": Found("none")}


def test_two_withheld_callers_are_not_the_same_caller() -> None:
    assert join([replace(THEIRS, calling="anonymous")], [replace(OURS, calling="anonymous")])["ccl_1"].fit == "none"


@pytest.mark.parametrize("text", ["+15105550111", "15105550111", "sip:+15105550111@example.com", "tel:+15105550111"])
def test_a_number_is_the_same_however_it_is_written(text: str) -> None:
    assert telephone(text) == ANA
    assert join([replace(THEIRS, calling=text)], [OURS])["ccl_1"].fit == "numbers"


def test_of_two_calls_that_fit_none_is_chosen() -> None:
    assert join([THEIRS], [OURS, later(10, OURS, "call_2")]) == {"ccl_1": Found("several")}


def test_of_two_records_that_fit_one_call_none_is_chosen() -> None:
    second = replace(THEIRS, key="ccl_2", began_at=THEIRS.began_at + timedelta(seconds=10))
    assert join([THEIRS, second], [OURS]) == {"ccl_1": Found("several"), "ccl_2": Found("several")}


def test_a_call_that_a_call_id_has_taken_is_not_there_for_numbers() -> None:
    by_id = replace(THEIRS, key="ccl_2", sip_call_id="abc@phone")
    second = later(10, OURS, "call_2")
    found = join([THEIRS, by_id], [OURS, second])
    assert found == {"ccl_2": Found("call_id", "call_1"), "ccl_1": Found("numbers", "call_2")}
    assert join([THEIRS], [OURS, second], taken={"call_2"})["ccl_1"] == Found("numbers", "call_1")


def test_what_was_emptied_fits_nothing() -> None:
    assert join([THEIRS], [replace(OURS, calling="", called="")])["ccl_1"] == Found("none")


def test_a_call_that_was_not_answered_is_found_by_how_long_it_rang() -> None:
    rang = replace(OURS, answered_at=None, ended_at=T0 + timedelta(seconds=20))
    assert join([replace(THEIRS, began_at=T0, seconds=0)], [rang])["ccl_1"].fit == "numbers"
    assert join([replace(THEIRS, began_at=T0, seconds=20)], [rang])["ccl_1"].fit == "numbers"
    assert join([replace(THEIRS, began_at=T0, seconds=61)], [rang])["ccl_1"].fit == "none"


_seconds = st.integers(0, 90)
_ours = st.lists(_seconds, max_size=4).map(
    lambda starts: [later(start, OURS, f"call_{place}") for place, start in enumerate(starts)]
)
_theirs = st.lists(st.tuples(_seconds, st.integers(56, 70)), max_size=4).map(
    lambda told: [
        replace(THEIRS, key=f"ccl_{place}", began_at=T0 + timedelta(seconds=start), seconds=length)
        for place, (start, length) in enumerate(told)
    ]
)


@given(_theirs, _ours, st.randoms())
def test_no_call_is_joined_twice_and_the_order_does_not_matter(
    theirs: list[Theirs], ours: list[Ours], chance: object
) -> None:
    found = join(theirs, ours)
    joined = [one.call_id for one in found.values() if one.call_id]
    assert len(joined) == len(set(joined))
    for one in theirs:
        fitting = [call.call_id for call in ours if fits(one, call)]
        assert (found[one.key].fit == "none") == (not fitting)
        assert not found[one.key].call_id or fitting == [found[one.key].call_id]
    chance.shuffle(theirs), chance.shuffle(ours)  # type: ignore[attr-defined]
    assert join(theirs, ours) == found


@given(st.integers(-2000, 2000))
def test_what_is_out_of_reach_never_fits_the_same_call(apart: int) -> None:
    second = replace(THEIRS, began_at=THEIRS.began_at + timedelta(seconds=apart))
    slow = replace(OURS, answered_at=T0 + timedelta(minutes=20), ended_at=T0 + timedelta(minutes=20, seconds=61))
    if any(fits(THEIRS, call) and fits(second, call) for call in (OURS, slow)):
        assert abs(second.began_at - THEIRS.began_at) <= REACH
