"""Numbers as people and spreadsheets write them: E.164, or a reason that names what is wrong and not the number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.campaigns.importing.number import read_number
from gateway.kernel.errors import BadInput

OHIO = "+16145550100"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+16145550100", None, OHIO),
        (" +1 (614) 555-0100 ", None, OHIO),
        ("+1.614.555.0100", None, OHIO),
        ("'+16145550100", None, OHIO),
        ("\u202a+1 614\u00a0555\u20110100\u202c", None, OHIO),
        ("\uff0b1 614 555 0100", None, OHIO),
        ("(614) 555-0100", "US", OHIO),
        ("614.555.0100", "US", OHIO),
        ("1 614 555 0100", "US", OHIO),
        ("16145550100", "US", OHIO),
        ("011 44 20 7183 8750", "US", "+442071838750"),
        ("020 7183 8750", "GB", "+442071838750"),
        ("+44 (0)20 7183 8750", None, "+442071838750"),
        ("0044 20 7183 8750", "DE", "+442071838750"),
        ("0711/1234567", "DE", "+497111234567"),
        ("7111234567", "DE", "+497111234567"),
        ("612 345 678", "ES", "+34612345678"),
        ("393 312 3456", "IT", "+393933123456"),
        ("659 234 5678", "US", "+16592345678"),
        ("+39 06 1234 5678", None, "+390612345678"),
        ("+4917612345678", "US", "+4917612345678"),
        ("+498912345678", "DE", "+498912345678"),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, country: str | None, number: str) -> None:
    assert read_number(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "words"),
    [
        ("", None, "empty"),
        ("   ", "US", "empty"),
        ("1.6145550100E+10", "US", "a spreadsheet has made a quantity of it"),
        ("1,6145550100E+10", "DE", "a spreadsheet has made a quantity of it"),
        ("1.6E10", None, "a spreadsheet has made a quantity of it"),
        ("16145550100.0", "US", "a spreadsheet has made a quantity of it"),
        ("16145550100", None, "it has no + and no country was named"),
        ("6145550100", None, "it has no + and no country was named"),
        ("0044 20 7183 8750", None, "it has no + and no country was named"),
        ("4917612345678", "DE", "it may be a whole number that has lost its +"),
        ("16145550100", "DE", "no such number in the plan"),
        ("34612345678", "ES", "it begins with a country code and has no +"),
        ("442071838750", "GB", "it begins with a country code and has no +"),
        ("4917612345678", "US", "spreadsheets drop it"),
        ("+16145550100 / +16145550101", None, "two numbers"),
        ("614-555-0100, 614-555-0101", "US", "two numbers"),
        ("+16145550100 +16145550101", None, "two numbers"),
        ("6145550100 or 6145550101", "US", "two numbers"),
        ("6145550100\n6145550101", "US", "two numbers"),
        ("614 555 0100 614 555 0101", "US", "too many digits"),
        ("614-555-0100 x12", "US", "letters"),
        ("614-555-0100 ext. 12", "US", "letters"),
        ("1-800-FLOWERS", "US", "letters"),
        ("Ana 614 555 0100", "US", "letters"),
        ("n/a", "US", "letters"),
        ("=16145550100", "US", "characters that no number has"),
        ("*67 614 555 0100", "US", "characters that no number has"),
        ("614 555 0100 #12", "US", "characters that no number has"),
        ("-", "US", "no telephone number"),
        ("+", None, "no telephone number"),
        ("12", "US", "the wrong length"),
        ("+1614555010", None, "the wrong length"),
        ("+161455501000", None, "the wrong length"),
        ("+999123456789", None, "its country code does not exist"),
        ("+11234567890", None, "no such number in the plan"),
        ("+12005550100", None, "no such number in the plan"),
        ("9" * 201, "US", "longer than 200"),
    ],
)
def test_what_is_no_number_is_told_by_name(text: str, country: str | None, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_number(text, country)
    assert words in f"{refused.value.detail}; {refused.value.todo}" and refused.value.field == "number"
    assert refused.value.todo and "614" not in refused.value.detail


@given(country=st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), last=st.integers(0, 9999))
def test_what_the_library_calls_valid_is_taken_and_nothing_else(country: str, last: int) -> None:
    example = phonenumbers.example_number(country)
    assert example is not None
    digits = phonenumbers.national_significant_number(example)
    text = f"+{example.country_code}{digits[:-4]}{last:04}"[:20]
    try:
        parsed = phonenumbers.parse(text, None)
        wanted = phonenumbers.format_number(parsed, 0) if phonenumbers.is_valid_number(parsed) else None
    except phonenumbers.NumberParseException:
        wanted = None
    try:
        found = read_number(text, None)
    except BadInput:
        found = None
    assert found == wanted


@given(st.text(max_size=30), st.sampled_from([None, "US", "DE", "AR"]))
def test_any_text_is_a_number_or_refused_in_words(text: str, country: str | None) -> None:
    try:
        number = read_number(text, country)
    except BadInput as refused:
        assert refused.field == "number" and refused.detail and refused.todo
    else:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
