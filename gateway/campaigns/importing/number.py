"""A telephone number as people and spreadsheets write it, to E.164. Pure.

What a spreadsheet has spoilt is named and not repaired: a digit that is guessed wrong rings at somebody else's.
"""

from __future__ import annotations

import re
from typing import Never

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, ValidationResult

from gateway.kernel.e164 import LONGEST
from gateway.kernel.errors import BadInput

_MOST = 200  # characters that are looked at
_NORTH_AMERICAN = 1  # where the country code is the prefix of long distance too
_AROUND = (
    " \t\n\r\u00a0\u200b\u200e\u200f\u202a\u202c\u202d\u2066\u2069\ufeff"  # marks that come along from the clipboard
)
_ORDINARY = re.compile(r"\+?[0-9() -]{4,24}")
_SCIENTIFIC = re.compile(r"\+?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DECIMAL = re.compile(r"\+?[0-9]{5,}[.,]0{1,2}")
_BETWEEN_TWO = re.compile(r"[/;|,&\n\\]|(?<![^\W\d_])(?:or|and|oder|und|ou|et|o|y)(?![^\W\d_])", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_STRANGE = re.compile(r"[^\d\s+()\[\]./\-\u2010-\u2015\u2212\uff0b\uff08\uff09\uff0d\uff0e]")
_ENOUGH = 6  # digits, to be a number of its own
_PLUS = ("+", "\uff0b")


def read_number(text: str, country: str | None) -> str:
    """E.164. `country`: ISO 3166, whose numbers are written without +. Raises BadInput with field number."""
    # an apostrophe in front says "text" to a spreadsheet; our own exports have it too
    text = text.strip(_AROUND).removeprefix("'").strip(_AROUND)
    if not _ORDINARY.fullmatch(text):
        _look(text)
    try:
        parsed = phonenumbers.parse(text, country, keep_raw_input=True)
    except NumberParseException as error:
        _refuse_unreadable(error, text, country)
    if parsed.extension:
        _refuse("it has an extension", "leave it out")
    lost = parsed.country_code_source == CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN
    if lost and parsed.country_code != _NORTH_AMERICAN:
        _refuse("it begins with a country code and has no +", "write the +; spreadsheets drop it")
    if not phonenumbers.is_valid_number(parsed):
        _refuse_invalid(parsed, text)
    if parsed.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY and _may_be_foreign(parsed, text, country):
        _refuse(
            "it may be a whole number that has lost its +", "write the +, or the 0 that national numbers begin with"
        )
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(number) > LONGEST:
        _refuse("it has more than 15 digits", "write one number, without an extension")
    return number


def _look(text: str) -> None:
    if not text:
        _refuse("it is empty", "give every row a number")
    if len(text) > _MOST:
        _refuse(f"it is longer than {_MOST} characters", "write one number")
    if _SCIENTIFIC.fullmatch(text) or _DECIMAL.fullmatch(text):
        _refuse("a spreadsheet has made a quantity of it", "format the column as text and put the number in again")
    parts = [part for part in _BETWEEN_TWO.split(text) if _digits(part) >= _ENOUGH]
    if len(parts) > 1 or sum(text.count(plus) for plus in _PLUS) > 1:
        _refuse("there are two numbers in it", "give each a row of its own")
    if _LETTER.search(text):
        _refuse("it has letters in it", "leave out names and extensions")
    if _STRANGE.search(text):
        _refuse("it has characters that no number has", "write digits, with a + in front")


def _may_be_foreign(parsed: PhoneNumber, text: str, country: str | None) -> bool:
    """A national number without its first 0, which is a valid one with a + as well. Where no number begins with a 0,
    or in North America, this is how they are written, unless it begins with the country's own code."""
    if country is None or parsed.country_code == _NORTH_AMERICAN:
        return False
    digits, prefix = phonenumbers.normalize_digits_only(text), phonenumbers.ndd_prefix_for_region(country, True)
    if digits.startswith(prefix) if prefix else not digits.startswith(str(parsed.country_code)):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}", None))
    except NumberParseException:
        return False


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _refuse_unreadable(error: NumberParseException, text: str, country: str | None) -> Never:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        if text.startswith(_PLUS):
            _refuse("its country code does not exist", "check the digits after the +")
        if _digits(text) >= _ENOUGH and country is None:
            _refuse("it has no + and no country was named", "write the +, or name the country with country=US")
    if error.error_type == NumberParseException.TOO_LONG:
        _refuse("it has too many digits for a number", "write one number")
    _refuse("it is no telephone number", "write it with + and the country code")


def _refuse_invalid(parsed: PhoneNumber, text: str) -> Never:
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible == ValidationResult.TOO_LONG and not text.startswith(_PLUS):
        _refuse("it is too long for its country", "write a + if it begins with a country code; spreadsheets drop it")
    if possible != ValidationResult.IS_POSSIBLE:
        _refuse("it has the wrong length for its country", "check the digits")
    _refuse("there is no such number in the plan of its country", "check the digits, and the country")


def _refuse(detail: str, todo: str) -> Never:
    raise BadInput(detail, code="contacts.number", field="number", todo=todo)
