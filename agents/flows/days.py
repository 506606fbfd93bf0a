"""Days and times as people say and key them in. English, and ISO 8601. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta

from agents.flows.words import SMALL, cardinal, ordinal, tokens, without_fillers

_MONTHS = {
    name: number + 1
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        )
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(
    name
    for name in _MONTHS
    if name not in ["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"]
)
_NUMERIC = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_ISO = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_AFTERNOON = ("pm", "p", "afternoon", "evening", "tonight", "night")
_MORNING = ("am", "morning")
_FULL = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b")
_COUNTED = {"day": 1, "days": 1, "week": 7, "weeks": 7}


def keyed_date(digits: str, order: str) -> date | None:
    """Eight digits in this order: DDMMYYYY."""
    if len(digits) != 8:
        return None
    places = {letter: digits[order.index(letter) : order.rindex(letter) + 1] for letter in "DMY"}
    return _date(int(places["Y"]), int(places["M"]), int(places["D"]))


def spoken_dates(text: str, today: date, order: str) -> list[date]:
    """What days it may mean: without a year several, those to come first. `order`: of 24/11/2026."""
    if found := _ISO.search(text):
        return _one(_iso(found[1]))
    if found := _NUMERIC.search(text):
        first, second, year = map(int, found.groups())
        return _one(_date(year, first, second) if order == "MMDDYYYY" else _date(year, second, first))
    words = [one for one in tokens(text) if one not in ("the", "of", "on", "please", "um", "uh", "it's", "at")]
    if (near := _near(words, today)) is not None:
        return [near]
    month = next((place for place, one in enumerate(words) if one in _MONTHS), None)
    words = [one for one in words if one not in WEEKDAYS]
    if month is None:
        day = ordinal(without_fillers(words))
        return _nearest((_date(*_months_on(today, on), day) for on in (0, 1, 2, -1)), today) if day else []
    month = next(place for place, one in enumerate(words) if one in _MONTHS)
    return _of_month(_MONTHS[words[month]], without_fillers(words[:month]), words[month + 1 :], today)


def _near(words: Sequence[str], today: date) -> date | None:
    said = " ".join(words)
    for phrase, days in (("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("yesterday", -1)):
        if phrase in said:
            return today + timedelta(days=days)
    for place, word in enumerate(words):
        number = 1 if words[place - 1 : place] == ["a"] else cardinal(words[max(place - 1, 0) : place])
        if word in _COUNTED and number is not None and "in" in words:
            return today + timedelta(days=min(number, 5000) * _COUNTED[word])
    named = [WEEKDAYS.index(one) for one in words if one in WEEKDAYS]
    if len(named) == 1 and not any(one in _MONTHS or one.isdecimal() or ordinal([one]) for one in words):
        return today + timedelta(days=(named[0] - today.weekday() - 1) % 7 + 1)
    return None


def _of_month(month: int, before: Sequence[str], after: Sequence[str], today: date) -> list[date]:
    """24 november [2026], november 24 [2026]."""
    after = [one for one in after if one not in ("the", "of", "in", "please")]
    if before:
        day = next((found for size in (2, 1) if (found := _day(before[-size:]))), None)
        return _with_year(day, month, after, today)
    for size in (2, 1):
        if len(after) >= size and (day := _day(after[:size])) and (len(after) == size or _year(after[size:])):
            return _with_year(day, month, after[size:], today)
    return []


def _day(words: Sequence[str]) -> int | None:
    found = ordinal(words) or cardinal(words)
    return found if found and found <= 31 else None


def _with_year(day: int | None, month: int, words: Sequence[str], today: date) -> list[date]:
    if day is None:
        return []
    if year := _year(words):
        return _one(_date(year, month, day))
    return _nearest((_date(today.year + on, month, day) for on in (0, 1, -1, 2, 3, 4)), today)


def _year(words: Sequence[str]) -> int | None:
    said = [one for one in words if one not in ("and", "in")]
    if not said:
        return None
    if (whole := cardinal(said)) is not None:
        return whole if 1900 <= whole <= 2199 else None
    if len(said) >= 2 and said[0] in ("nineteen", "twenty"):
        century = SMALL.get(said[0], 20) * 100
        rest = said[1:]
        tail = SMALL.get(rest[1], -1) if rest[0] in ("oh", "o") and len(rest) == 2 else cardinal(rest)
        return century + tail if tail is not None and 0 <= tail < 100 else None
    return None


def keyed_time(digits: str) -> time | None:
    """HHMM, or HH."""
    padded = digits.zfill(2) + "00" if len(digits) <= 2 else digits.zfill(4)
    hours, minutes = int(padded[:2]), int(padded[2:] or 0)
    return time(hours, minutes) if len(padded) == 4 and hours < 24 and minutes < 60 else None


def spoken_times(text: str, *, exact: bool = False) -> list[time]:
    """What times it may mean: two when nobody said morning or afternoon. `exact`: 03:30 is in the night."""
    said = text.lower().replace("a.m", "am").replace("p.m", "pm")
    words = [
        one for one in tokens(said) if one not in ("at", "around", "about", "the", "please", "um", "uh", "o'clock")
    ]
    half = "pm" if any(one in _AFTERNOON for one in words) else "am" if any(one in _MORNING for one in words) else ""
    if any(one in ("noon", "midday") for one in words):
        return [time(12)]
    if "midnight" in words:
        return [time(0)]
    words = [one for one in words if one not in (*_AFTERNOON, *_MORNING, "in", "m", "this")]
    if found := _FULL.search(said):
        hours, minutes = int(found[1]), int(found[2])
        certain = (exact or hours > 12 or hours == 0 or found[1].startswith("0")) and not half
        return [time(hours, minutes)] if certain else _both(hours, minutes, half)
    spoken = _clock(words)
    if spoken is None:
        return []
    hours, minutes = spoken
    return [time(hours, minutes)] if hours > 12 or hours == 0 else _both(hours, minutes, half)


def _clock(words: list[str]) -> tuple[int, int] | None:
    """three thirty, half past three, ten to four."""
    for word, sign in (("past", 1), ("after", 1), ("to", -1), ("before", -1)):
        if word in words:
            place = words.index(word)
            minutes, hours = _minutes(words[:place]), cardinal(words[place + 1 :])
            if minutes is None or hours is None or not 1 <= hours <= 23:
                return None
            whole = hours * 60 + sign * minutes
            return whole // 60 or 12, whole % 60
    if (hours := cardinal(words)) is not None and hours < 24:
        return hours, 0
    for size in (1, 2):
        hours, rest = cardinal(words[:size]), [one for one in words[size:] if one not in ("oh", "o", "hundred")]
        minutes = cardinal(rest) if rest else 0
        if len(words) > size and hours is not None and minutes is not None and hours < 24 and minutes < 60:
            return hours, minutes
    return None


def _minutes(words: Sequence[str]) -> int | None:
    said = [one for one in words if one not in ("a", "minutes", "minute")]
    known = {"half": 30, "quarter": 15}
    return known[said[-1]] if said and said[-1] in known else cardinal(said)


def _both(hours: int, minutes: int, half: str) -> list[time]:
    if hours > 12:
        return [time(hours, minutes)]
    morning, afternoon = time(hours % 12, minutes), time(hours % 12 + 12, minutes)
    return {"am": [morning], "pm": [afternoon]}.get(half, [morning, afternoon])


def _nearest(days: Iterable[date | None], today: date) -> list[date]:
    found = sorted(one for one in days if one is not None)
    return [one for one in found if one >= today] + [one for one in reversed(found) if one < today]


def _months_on(today: date, months: int) -> tuple[int, int]:
    whole = today.year * 12 + today.month - 1 + months
    return whole // 12, whole % 12 + 1


def _one(day: date | None) -> list[date]:
    return [day] if day else []


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
