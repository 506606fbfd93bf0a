"""What somebody answered, read as the value that was asked for; or why it is none, in a sentence. Pure.

The same readers look at what a caller says, at what a caller keys in, and at what a language model fills in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Literal

import phonenumbers

from agents.flows.amounts import amount, amount_words, integer, is_other_currency
from agents.flows.days import MONTHS, WEEKDAYS, keyed_date, keyed_time, spoken_dates, spoken_times
from agents.flows.fields import FlowField, day_of
from agents.flows.postcodes import postcode
from agents.flows.words import digit_runs, letters, tokens, yes_or_no
from agents.skills.numbers import digit_words
from agents.tool_text import legible
from compliance.cards.check import is_card
from compliance.redaction.marks import Label

How = Literal["speech", "keys", "model"]
YES_KEY, NO_KEY = "1", "2"
LONGEST = 1000  # characters of an answer

NOT_GOT = "Sorry, I did not get that."
NO_CARD = "I may not take a card number this way."
SAY_IT = "Please say it."
KEY_IT = "Please use your keypad."
WHICH = "I heard more than one of them."
TOO_SHORT, TOO_LONG, WRONG_COUNT = "That is too short.", "That is too long.", "That is not the right number of digits."
NOT_RIGHT = "There is a digit wrong in that."
TOO_LITTLE, TOO_MUCH = "That is too little.", "That is too much."
TOO_EARLY, TOO_LATE = "That is too early.", "That is too late."
MORNING = "I need to know: in the morning or in the afternoon?"
NO_PHONE = "That is not a telephone number that can be called."
ALL_WHY = (
    NOT_GOT, NO_CARD, SAY_IT, KEY_IT, WHICH, TOO_SHORT, TOO_LONG, WRONG_COUNT, NOT_RIGHT, TOO_LITTLE, TOO_MUCH,
    TOO_EARLY, TOO_LATE, MORNING, NO_PHONE,
)  # fmt: skip


_DANGLING = [[word] for word in ("of", "the", "and", "at", "in", "past", "point")]  # more is to come


@dataclass(frozen=True)
class Answer:
    """`how` it came. Of a keypad `text` is digits alone."""

    text: str = field(repr=False)
    how: How = "speech"


@dataclass(frozen=True)
class Value:
    """`text` as conditions and tools have it, `said` as it is read back, `plain` as JSON has it."""

    text: str = field(repr=False)
    said: str = field(repr=False)
    plain: str | int | float | bool = field(repr=False)


@dataclass(frozen=True)
class Unread:
    """`why`: a sentence for the caller."""

    why: str = NOT_GOT


def read(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    """`today`: where the flow takes place."""
    text = legible(answer.text)
    if any(label in text for label in Label):
        return Unread(NO_CARD)
    if answer.how == "keys" and text and not asked.keys:
        return Unread(SAY_IT)
    if answer.how == "speech" and asked.by == "digits":
        return Unread(KEY_IT)
    if not text or text.startswith("["):  # nothing, or ears that say [unclear]
        return Unread()
    if len(text) > LONGEST:
        return Unread(TOO_LONG)
    return _READERS[asked.type](asked, Answer(text, answer.how), today)


def is_whole(asked: FlowField, text: str, today: date) -> bool | None:
    """Whether nothing more is to come after these words; None: the words alone cannot say."""
    match asked.type:
        case "text":
            return None
        case "digits":
            low, high = asked.bounds
            runs = digit_runs(text)
            return not runs or (low == high and len(runs[-1]) >= (high or 0))
        case "integer" | "spelled":
            return False
        case _:
            return text.lower().split()[-1:] not in _DANGLING and isinstance(read(asked, Answer(text), today), Value)


def _digits(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    runs = [answer.text] if answer.how == "keys" else [one.replace("+", "") for one in digit_runs(answer.text)]
    low, high = asked.bounds
    if len(runs) > 1:
        fitting = [one for one in runs if (low or 0) <= len(one) <= (high or 0)]
        runs = fitting if len(fitting) == 1 else []
    if len(runs) != 1 or not runs[0].isdecimal():
        return Unread()
    found = runs[0]
    if is_card(found):
        return Unread(NO_CARD)
    if not (low or 0) <= len(found) <= (high or 0):
        return Unread(WRONG_COUNT if low == high else TOO_SHORT if len(found) < (low or 0) else TOO_LONG)
    if asked.check and not _CHECKS[asked.check](found):
        return Unread(NOT_RIGHT)
    return Value(found, digit_words(found), found)


def _mod11_10(digits: str) -> bool:
    """ISO 7064, MOD 11,10."""
    product = 10
    for one in digits[:-1]:
        product = ((int(one) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


_CHECKS: Mapping[str, Callable[[str], bool]] = {"mod97_10": lambda one: int(one) % 97 == 1, "mod11_10": _mod11_10}


def _integer(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    found = integer(answer.text)
    if found is None or abs(found) > 999_999:
        return Unread()
    return _too(asked, Decimal(found)) or Value(str(found), str(found), found)


def _money(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    found = amount(answer.text)
    if found is None or found > 999_999 or is_other_currency(answer.text, asked.currency):
        return Unread()
    return _too(asked, found) or Value(f"{found:.2f}", amount_words(found, asked.currency), float(found))


def _too(asked: FlowField, found: Decimal) -> Unread | None:
    low, high = asked.bounds
    if low is not None and found < low:
        return Unread(TOO_LITTLE)
    return Unread(TOO_MUCH) if high is not None and found > high else None


def _date(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    if answer.how == "keys":
        keyed = keyed_date(answer.text, asked.keyed)
        days = [keyed] if keyed else []
    else:
        days = spoken_dates(answer.text, today, asked.keyed)
    if not days:
        return Unread()
    first = day_of(asked.earliest, today) if asked.earliest else date.min
    last = day_of(asked.latest, today) if asked.latest else date.max
    found = next((one for one in days if first <= one <= last), None)
    if found is None:
        return Unread(TOO_EARLY if days[0] < first else TOO_LATE)
    weekday = WEEKDAYS[found.weekday()].capitalize()
    said = f"{weekday}, {MONTHS[found.month - 1].capitalize()} {found.day}"
    return Value(found.isoformat(), said if found.year == today.year else f"{said}, {found.year}", found.isoformat())


def _time(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    if answer.how == "keys":
        keyed = keyed_time(answer.text) if answer.text.isdecimal() else None
        times = [keyed] if keyed else []
    else:
        times = spoken_times(answer.text, exact=answer.how == "model")
    if not times:
        return Unread()
    first = time.fromisoformat(asked.earliest) if asked.earliest else time.min
    last = time.fromisoformat(asked.latest) if asked.latest else time.max
    fitting = [one for one in times if first <= one <= last]
    if not fitting:
        return Unread(TOO_EARLY if times[-1] < first else TOO_LATE)
    if len(fitting) > 1:
        return Unread(MORNING)
    found = fitting[0]
    said = f"{found.hour % 12 or 12}:{found.minute:02} {'AM' if found.hour < 12 else 'PM'}"
    return Value(f"{found:%H:%M}", said, f"{found:%H:%M}")


def _yes_no(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    if answer.how == "keys":
        said = {YES_KEY: True, NO_KEY: False}.get(answer.text)
    else:
        said = {"true": True, "false": False}.get(answer.text.lower(), yes_or_no(answer.text))
    if said is None:
        return Unread()
    return Value("yes" if said else "no", "yes" if said else "no", said)


def _choice(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    if answer.how == "keys":
        keyed = next((one for one in asked.options if one.key and one.key == answer.text), None)
        return Value(keyed.value, keyed.value, keyed.value) if keyed else Unread()
    said = _spaced(answer.text)
    hits = [
        (phrase, one)
        for one in asked.options
        for phrase in map(_spaced, (one.value.replace("_", " "), one.value, *one.phrases))
        if phrase.strip() and phrase in said
    ]
    whole = [hit for hit in hits if not any(hit[0] != other and hit[0] in other for other, _ in hits)]
    found = {one.value for _, one in whole}
    if len(found) != 1:
        return Unread(WHICH) if found else Unread()
    [value] = found
    return Value(value, value.replace("_", " "), value)


def _spaced(text: str) -> str:
    return f" {' '.join(tokens(text))} "


def _phone(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    said = re.sub(r"\bplus\b", "+", answer.text.lower())
    runs = [answer.text] if answer.how == "keys" else digit_runs(said)
    if len(runs) != 1 or not any(one.isdecimal() for one in runs[0]):
        return Unread()
    if is_card(runs[0].replace("+", "")):
        return Unread(NO_CARD)
    try:
        found = phonenumbers.parse(runs[0], asked.region)
    except phonenumbers.NumberParseException:
        return Unread(NO_PHONE)
    if not phonenumbers.is_valid_number(found):
        return Unread(NO_PHONE)
    whole = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return Value(whole, digit_words(re.sub(r"\D", "", runs[0])), whole)


def _postcode(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    found = letters(answer.text, digits=True)
    whole = postcode(found, asked.region) if found else None
    if whole is None:
        return Unread()
    return Value(whole, " ".join(digit_words(one) if one.isdecimal() else one for one in whole if one != " "), whole)


def _spelled(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    words = tokens(answer.text)
    single = words[0] if len(words) == 1 and len(words[0].replace("-", "")) > 1 else ""
    dashed = "-" in single and all(len(one) == 1 for one in single.split("-"))  # S-M-I-T-H
    # somebody who says a word has not spelled it; recognisers write what was spelled in capitals
    whole = single and not dashed and (answer.how == "model" or answer.text.isupper())
    word = single.upper() if whole else letters(answer.text)
    if word is None or any(one.isdecimal() for one in word):
        return Unread()
    low, high = asked.bounds
    if len(word) < (low or 0) or len(word) > (high or 0):
        return Unread(TOO_SHORT if len(word) < (low or 0) else TOO_LONG)
    name = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
    said = ", ".join({"-": "hyphen", "'": "apostrophe"}.get(one, one) for one in word)
    return Value(name, said, name)


def _text(asked: FlowField, answer: Answer, today: date) -> Value | Unread:
    low, high = asked.bounds
    if len(answer.text) < (low or 0) or len(answer.text) > (high or 0):
        return Unread(TOO_SHORT if len(answer.text) < (low or 0) else TOO_LONG)
    return Value(answer.text, answer.text, answer.text)


_READERS: Mapping[str, Callable[[FlowField, Answer, date], Value | Unread]] = {
    "digits": _digits, "integer": _integer, "money": _money, "date": _date, "time": _time, "yes_no": _yes_no,
    "choice": _choice, "phone": _phone, "postcode": _postcode, "spelled": _spelled, "text": _text,
}  # fmt: skip
