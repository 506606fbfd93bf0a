"""The readers: what was said, keyed in or filled in by a model, as the value that was asked for, or why it is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.flows import values
from agents.flows.fields import FlowField
from agents.flows.values import Answer, How, Unread, Value, is_whole, read

TODAY = date(2026, 11, 22)  # a Sunday
OPTIONS = [
    {"value": "new_patient", "phrases": ["never been"], "key": "1"},
    {"value": "existing", "phrases": ["been before", "not new"], "key": "2"},
]
OF_TYPE: dict[str, dict[str, Any]] = {
    "digits": {"least": 4, "most": 6},
    "choice": {"options": OPTIONS},
    "phone": {"region": "US"},
    "postcode": {"region": "GB"},
    "money": {"currency": "USD"},
}


def heard(kind: str, text: str, how: How = "speech", **options: Any) -> str:
    """The value's text, or why there is none."""
    asked = FlowField.model_validate({"name": "it", "type": kind, **OF_TYPE.get(kind, {}), **options})
    found = read(asked, Answer(text, how), TODAY)
    return found.text if isinstance(found, Value) else found.why


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("digits", "it's double five oh nine", "5509"),
        ("digits", "my number is 12 34", "1234"),
        ("digits", "twenty one forty two", "2142"),
        ("digits", "one two three", values.TOO_SHORT),
        ("digits", "one two three four five six seven", values.TOO_LONG),
        ("digits", "one two three four no wait one two five four", values.NOT_GOT),
        ("integer", "there are twenty three of us", "23"),
        ("integer", "a hundred and five", "105"),
        ("integer", "one or two", values.NOT_GOT),
        ("money", "twelve fifty", "12.50"),
        ("money", "a hundred and five dollars and ten cents", "105.10"),
        ("money", "twelve point five", "12.50"),
        ("money", "about forty bucks", "40.00"),
        ("money", "five pounds", values.NOT_GOT),
        ("money", "minus five", values.NOT_GOT),
        ("date", "tomorrow", "2026-11-23"),
        ("date", "next Tuesday", "2026-11-24"),
        ("date", "the twenty fourth of November", "2026-11-24"),
        ("date", "November 24th, 2026", "2026-11-24"),
        ("date", "May fifth nineteen eighty four", "1984-05-05"),
        ("date", "January second", "2027-01-02"),
        ("date", "the first", "2026-12-01"),
        ("date", "in two weeks", "2026-12-06"),
        ("date", "31 February", values.NOT_GOT),
        ("time", "half past three in the afternoon", "15:30"),
        ("time", "three thirty p.m.", "15:30"),
        ("time", "ten to four", values.MORNING),
        ("time", "noon", "12:00"),
        ("time", "15:30", "15:30"),
        ("yes_no", "yes please", "yes"),
        ("yes_no", "that's not right", "no"),
        ("yes_no", "I don't know", values.NOT_GOT),
        ("choice", "I have never been", "new_patient"),
        ("choice", "I'm a new patient", "new_patient"),
        ("choice", "I'm not new, been before", "existing"),
        ("choice", "new patient or been before", values.WHICH),
        ("phone", "five one oh five five five oh one double oh", "+15105550100"),
        ("phone", "plus four four two zero seven nine four six zero zero one eight", "+442079460018"),
        ("phone", "one two", values.NO_PHONE),
        ("postcode", "s w one a one a a", "SW1A 1AA"),
        ("postcode", "SW1A 1AA", "SW1A 1AA"),
        ("postcode", "nine four one zero three", values.NOT_GOT),
        ("spelled", "s m i t h", "Smith"),
        ("spelled", "S-M-I-T-H", "Smith"),
        ("spelled", "my name is sierra mike india double tango", "Smitt"),
        ("spelled", "a for apple b as in bravo", "Ab"),
        ("spelled", "hello", values.NOT_GOT),
        ("text", "the tap \x00drips\u202e ", "the tap drips"),
        ("text", "[unclear]", values.NOT_GOT),
        ("text", "x" * 201, values.TOO_LONG),
    ],
)
def test_what_is_said(kind: str, text: str, value: str) -> None:
    assert heard(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [
        ("digits", "1234", "1234"),
        ("digits", "", values.NOT_GOT),
        ("integer", "12", "12"),
        ("money", "20", "20.00"),
        ("date", "24112026", "2026-11-24"),
        ("date", "32112026", values.NOT_GOT),
        ("time", "1530", "15:30"),
        ("time", "9", "09:00"),
        ("time", "2500", values.NOT_GOT),
        ("yes_no", "2", "no"),
        ("yes_no", "7", values.NOT_GOT),
        ("choice", "2", "existing"),
        ("choice", "9", values.NOT_GOT),
        ("phone", "5105550100", "+15105550100"),
        ("text", "12", values.SAY_IT),
        ("spelled", "12", values.SAY_IT),
    ],
)
def test_what_is_keyed_in(kind: str, keys: str, value: str) -> None:
    assert heard(kind, keys, "keys") == value


@pytest.mark.parametrize(
    ("kind", "filled_in", "value"),
    [
        ("date", "2026-11-24", "2026-11-24"),
        ("time", "03:30", "03:30"),
        ("spelled", "O'Brien", "O'Brien"),
        ("yes_no", "true", "yes"),
        ("money", "12.50", "12.50"),
        ("phone", "+15105550100", "+15105550100"),
        ("choice", "existing", "existing"),
        ("date", "whenever suits", values.NOT_GOT),
        ("integer", "many", values.NOT_GOT),
    ],
)
def test_a_model_is_believed_no_more_than_a_caller(kind: str, filled_in: str, value: str) -> None:
    assert heard(kind, filled_in, "model") == value


@pytest.mark.parametrize(
    ("kind", "options", "text", "why"),
    [
        ("date", {"earliest": "today+1"}, "today", values.TOO_EARLY),
        ("date", {"latest": "today+90"}, "2027-06-01", values.TOO_LATE),
        ("date", {"latest": "today"}, "the third of May", "2026-05-03"),
        ("time", {"earliest": "08:00", "latest": "18:00"}, "three thirty", "15:30"),
        ("time", {"latest": "18:00"}, "eight pm", values.TOO_LATE),
        ("integer", {"least": 1}, "zero", values.TOO_LITTLE),
        ("money", {"most": 100}, "a hundred dollars and one cent", values.TOO_MUCH),
        ("digits", {"least": 4, "most": 4}, "one two three", values.WRONG_COUNT),
        ("date", {"keyed": "MMDDYYYY"}, "11/24/2026", "2026-11-24"),
        ("postcode", {"region": "US"}, "nine four one zero three", "94103"),
    ],
)
def test_bounds(kind: str, options: dict[str, Any], text: str, why: str) -> None:
    assert heard(kind, text, **options) == why


@pytest.mark.parametrize(
    ("check", "good", "bad"), [("mod97_10", "123456789092", "123456789093"), ("mod11_10", "07945", "07946")]
)
def test_check_digits(check: str, good: str, bad: str) -> None:
    options = {"check": check, "least": 4, "most": 12}
    assert heard("digits", good, **options) == good
    assert heard("digits", bad, **options) == values.NOT_RIGHT


@pytest.mark.parametrize("how", ["speech", "keys", "model"])
def test_a_card_number_is_no_value_however_it_comes(how: How) -> None:
    assert heard("digits", "4111111111111111", how, least=4, most=32) == values.NO_CARD
    assert heard("text", "it is [card number]") == values.NO_CARD


def test_only_the_way_that_was_asked_for() -> None:
    assert heard("digits", "one two three four", by="digits") == values.KEY_IT
    assert heard("digits", "1234", "keys", by="speech") == values.SAY_IT


def test_what_is_read_back_can_be_spoken() -> None:
    asked = {
        "phone": ("5105550100", "five one zero five five five zero one zero zero"),
        "date": ("2026-11-24", "Tuesday, November 24"),
        "time": ("15:30", "3:30 PM"),
        "money": ("12.01", "twelve dollars and one cent"),
        "spelled": ("s m i", "S, M, I"),
        "postcode": ("SW1A 1AA", "S W one A one A A"),
    }
    for kind, (text, said) in asked.items():
        field = FlowField.model_validate({"name": "it", "type": kind, **OF_TYPE.get(kind, {})})
        found = read(field, Answer(text), TODAY)
        assert isinstance(found, Value) and found.said == said


def test_values_stand_in_no_message() -> None:
    field = FlowField.model_validate({"name": "it", "type": "text"})
    found = read(field, Answer("something private"), TODAY)
    assert "private" not in f"{found!r} {Answer('something private')!r}"


@pytest.mark.parametrize(
    ("kind", "options", "text", "whole"),
    [
        ("digits", {"least": 4, "most": 4}, "one two three four", True),
        ("digits", {"least": 4, "most": 4}, "one two three", False),
        ("digits", {"least": 4, "most": 8}, "one two three four", False),
        ("phone", {}, "five one oh five five five", False),
        ("phone", {}, "five one oh five five five oh one double oh", True),
        ("yes_no", {}, "yes", True),
        ("yes_no", {}, "well I", False),
        ("spelled", {}, "s m i", False),
        ("date", {}, "on the twenty fourth of", False),
        ("text", {}, "the tap drips and", None),
    ],
)
def test_when_an_answer_is_whole(kind: str, options: dict[str, Any], text: str, whole: bool | None) -> None:
    field = FlowField.model_validate({"name": "it", "type": kind, **OF_TYPE.get(kind, {}), **options})
    assert is_whole(field, text, TODAY) is whole


def test_no_text_takes_long_or_fails() -> None:
    for kind in ("digits", "integer", "money", "date", "time", "yes_no", "choice", "phone", "postcode", "spelled"):
        for text in ("one " * 400, "9" * 4000, "a hundred " * 300, "²³½", "1/2/3/4", "past to past", "of of", "-", "$"):
            for how in ("speech", "model"):
                found = heard(kind, text, how)
                assert isinstance(found, str)
    assert isinstance(read(FlowField(name="it", type="date"), Answer("0" * 8, "keys"), TODAY), Unread)
