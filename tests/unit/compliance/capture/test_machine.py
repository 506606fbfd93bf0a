"""The questions of a capture: what is accepted, when a field ends, how often it is asked; and no step has a digit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.capture.machine import SETTLE_S, TRIES, Ask, CaptureMachine, Over, Progress, Step
from compliance.capture.spec import CaptureSpec

TODAY = date(2026, 11, 21)
VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"
VISA_19 = "4000000000000000006"


def machine(*fields: object, **patience: float) -> CaptureMachine:
    one = CaptureMachine(CaptureSpec.model_validate({"fields": fields, "patience": patience}), TODAY)
    one.begin(0.0)
    return one


def types(one: CaptureMachine, keys: str, at: float = 1.0) -> list[Step]:
    """A key every tenth of a second; what happens."""
    return [step for number, key in enumerate(keys) for step in one.press(key, at + number / 10)]


def entered(one: CaptureMachine, kind: str) -> str:
    return bytes(one.entered.fields[kind].digits).decode()  # type: ignore[index]


@pytest.mark.parametrize(
    ("number", "brand"),
    [(MASTERCARD, "mastercard"), (AMEX, "amex"), (VISA_19, "visa"), ("2223003122003222", "mastercard")],
)
def test_a_card_number_ends_by_itself_where_no_longer_one_exists(number: str, brand: str) -> None:
    one = machine("card_number")
    assert types(one, number)[-1] == Over("complete")
    assert (one.entered.brand, one.entered.last4, entered(one, "card_number")) == (brand, number[-4:], number)


def test_a_number_that_might_be_longer_ends_by_a_short_pause_or_the_pound_key() -> None:
    one = machine("card_number")
    assert not any(isinstance(step, Over) for step in types(one, VISA, at=0.0))
    assert one.expire(1.5 + SETTLE_S - 0.01) == []
    assert one.expire(1.5 + SETTLE_S) == [Over("complete")]
    assert types(machine("card_number"), VISA + "#")[-1] == Over("complete")


def test_how_far_it_is_is_known_once_the_brand_is() -> None:
    steps = types(machine("card_number"), AMEX[:4])
    assert steps == [Progress("card_number", keys, 15 if keys > 1 else None, 1) for keys in range(1, 5)]


def test_the_security_code_has_the_length_of_the_brand() -> None:
    amex, other = machine("card_number", "cvv"), machine("card_number", "cvv")
    types(amex, AMEX), types(other, MASTERCARD)
    assert types(amex, "123")[-1] == Progress("cvv", 3, 4, 1) and types(amex, "4")[-1] == Over("complete")
    assert types(other, "123")[-1] == Over("complete")


@pytest.mark.parametrize(
    ("keys", "good"), [("1126", True), ("1226", True), ("1026", False), ("1326", False), ("1299", False)]
)
def test_an_expiry_is_of_this_month_or_later(keys: str, good: bool) -> None:
    steps = types(machine("expiry"), keys)
    assert (steps[-1] == Over("complete")) is good
    assert good or Ask("expiry", 2) in steps


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ({"kind": "account_number", "mask": "49xx"}, "4912", "4812"),
        ({"kind": "account_number", "shortest": 3, "longest": 5}, "123#", "12#"),
        ({"kind": "postcode", "shortest": 5, "longest": 5}, "94105", "941#"),
        ("pin", "1234#", "123#"),
    ],
)
def test_other_fields_have_the_length_or_shape_that_was_asked_for(field: object, good: str, bad: str) -> None:
    assert types(machine(field), good)[-1] == Over("complete")
    assert any(isinstance(step, Ask) and step.attempt == 2 for step in types(machine(field), bad))


def test_star_clears_the_field_and_is_no_try() -> None:
    one = machine("card_number")
    for _ in range(TRIES + 2):
        assert types(one, "4111*")[-1] == Progress("card_number", 0, None, 1)
    assert types(one, MASTERCARD)[-1] == Over("complete")
    assert entered(one, "card_number") == MASTERCARD


def test_three_wrong_numbers_end_it_and_nothing_is_kept() -> None:
    one = machine("card_number")
    wrong = MASTERCARD[:-1] + "5"
    assert Ask("card_number", 2) in types(one, wrong) and Ask("card_number", 3) in types(one, wrong)
    assert types(one, wrong)[-1] == Over("invalid", "card_number")
    assert not one.entered.fields and types(one, MASTERCARD) == []


def test_a_pound_key_out_of_habit_after_a_field_that_ended_by_itself_is_nothing() -> None:
    one = machine("card_number", "expiry")
    assert types(one, MASTERCARD + "#")[-1] == Progress("expiry", 0, 4, 1)
    assert types(one, "1226")[-1] == Over("complete")


def test_without_a_key_in_time_it_is_over() -> None:
    one = machine("card_number", first_key_s=5)
    assert one.deadline == 5.0 and one.expire(4.9) == []
    assert one.expire(5.0) == [Over("timed_out", "card_number")]


def test_a_pause_within_a_number_counts_as_a_wrong_one() -> None:
    one = machine("card_number", next_key_s=4)
    types(one, "41111", at=0.0)
    assert one.expire(one.deadline)[0] == Ask("card_number", 2)


def test_who_goes_on_for_too_long_is_out_of_time() -> None:
    one = machine("card_number", whole_s=10)
    types(one, "4", at=9.0)
    assert one.deadline == 10.0
    assert one.expire(10.0) == [Over("timed_out", "card_number")]


def test_wiped_in_the_middle_it_holds_nothing_and_does_nothing() -> None:
    one = machine("card_number", "cvv")
    types(one, MASTERCARD + "12")
    held = list(one.entered.fields.values())
    one.wipe()
    assert all(len(keys) == 0 for keys in held) and one.deadline == float("inf") and types(one, "3") == []


KEYS = st.text(st.sampled_from("0123456789*#AD"), max_size=80)
FIELDS = st.lists(
    st.sampled_from(["card_number", "expiry", "cvv", "postcode", "account_number", "pin"]), min_size=1, unique=True
).filter(lambda kinds: "cvv" not in kinds or "card_number" not in kinds[kinds.index("cvv") :])


@given(FIELDS, st.lists(st.tuples(st.sampled_from("0123456789*#A"), st.floats(0.0, 30.0)), max_size=120))
def test_whatever_is_typed_it_ends_once_and_no_step_shows_more_than_counts(
    fields: list[str], presses: list[tuple[str, float]]
) -> None:
    one = machine(*fields)
    now, ends, tries = 0.0, 0, 0
    for key, pause in presses:
        now += pause
        for step in (*one.expire(now), *one.press(key, now)):
            ends += isinstance(step, Over)
            if isinstance(step, Ask):
                tries = max(tries, step.attempt)
            if isinstance(step, Progress):
                assert 0 <= step.keys <= 64
    now += 700.0
    while one.deadline <= now:
        ends += sum(isinstance(step, Over) for step in one.expire(now))
    assert ends == 1 and tries <= TRIES


@given(st.permutations(list("0123456789")), st.sampled_from([VISA, MASTERCARD, AMEX]))
def test_no_repr_has_a_digit_of_what_was_typed(noise: list[str], card: str) -> None:
    one = machine("card_number", "cvv")
    types(one, card[:-1])
    told = repr(one._keys) + repr(one.entered) + repr(vars(one).get("entered"))
    assert card[:6] not in told and card[4:10] not in told
