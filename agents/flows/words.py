"""Numbers, letters and yes or no in English speech, as recognisers write it down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS = _listed("zero one two three four five six seven eight nine")
_TEENS = _listed("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
SMALL: dict[str, int] = {word: value for value, word in enumerate((*_UNITS, *_TEENS))}
TENS: dict[str, int] = {word: 10 * (place + 2) for place, word in enumerate(_TENS)}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_NATO = _listed(
    "alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec "
    "romeo sierra tango uniform victor whiskey xray yankee zulu alpha juliet whisky x-ray"
)
_MARKS = {"hyphen": "-", "dash": "-", "apostrophe": "'"}
_ABOUT = frozenset(
    ["capital", "space", "then", "name", "surname", "last", "first", "family", "spelled", "spelt", "postcode", "zip"]
)
_SPELT_AS = ("for", "as", "like")  # a for apple, a as in apple
FILLERS = _set(
    "a an the is it it's its that that's my number code um uh uhm er erm well so ok okay please and of on at for "
    "by yeah yes sure sorry thanks thank you in around about would be i'd i like to say let's make"
)
_UNSURE = ("not sure", "don't know", "do not know", "no idea", "maybe", "perhaps", "what do you mean", "pardon")
_NO = _set("no nope nah not don't never wrong incorrect isn't haven't hasn't nein non")
_YES = _set(
    "yes yeah yep yup correct right sure exactly absolutely definitely ok okay fine agree course indeed ja oui si sí"
)
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[+]")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)\b")


def tokens(text: str) -> list[str]:
    """Words and numbers in small letters; "24th" is "24" with "th" behind it."""
    return [one.replace("’", "'") for one in _TOKEN.findall(text.lower())]


def without_fillers(words: Sequence[str]) -> list[str]:
    return [one for one in words if one not in FILLERS]


def yes_or_no(text: str) -> bool | None:
    """None: neither. A no counts more than a yes in the same breath."""
    words = tokens(text)
    if any(one in " ".join(words) for one in _UNSURE):
        return None
    if any(one in _NO for one in words):
        return False
    return True if any(one in _YES for one in words) else None


def cardinal(words: Sequence[str]) -> int | None:
    """ "two hundred and five", "1,200"; None for anything else."""
    if len(words) == 1 and re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d{1,9}", words[0]):
        return int(words[0].replace(",", ""))
    total, group, last = 0, 0, 10_000
    said = [one for whole in words for one in whole.split("-") if one not in ("and", "a")]
    if not said and "a" not in words:
        return None
    for word in said or ["a"]:
        if word in SMALL and last >= 20 and (last == 10_000 or SMALL[word] < 10 or last >= 100):
            group, last = group + SMALL[word], SMALL[word]
        elif word in TENS and last >= 100:
            group, last = group + TENS[word], TENS[word]
        elif word == "hundred" and group < 100 and last != 100:
            group, last = max(group, 1) * 100, 100
        elif word == "thousand" and total == 0:
            total, group, last = max(group, 1) * 1000, 0, 1000
        elif word.isdecimal() and len(word) <= 9 and last == 10_000:
            group, last = int(word), 1
        else:
            return None
    return total + group


def ordinal(words: Sequence[str]) -> int | None:
    """ "twenty fourth" and "24th" (as tokens: 24, th)."""
    said = [one for whole in words for one in whole.split("-")]
    if len(said) == 2 and said[1] in ("st", "nd", "rd", "th") and said[0].isdecimal():
        return int(said[0])
    if len(said) == 1:
        return _ORDINALS.get(said[0])
    if len(said) == 2 and said[0] in TENS and _ORDINALS.get(said[1], 10) < 10:
        return TENS[said[0]] + _ORDINALS[said[1]]
    return None


def digit_runs(text: str) -> list[str]:
    """The digits that were said in a row; other words than fillers end a row. "double five" is 55, "twenty one" 21."""
    runs, run = [], ""
    words = [one for whole in tokens(text) for one in re.split(r"[-.,:/]", whole)]
    place = 0
    while place < len(words):
        taken, digits = _digits_at(words, place)
        if taken:
            run, place = run + digits, place + taken
            continue
        if words[place] not in FILLERS and words[place] not in ("dash", "hyphen", "space", "then"):
            runs, run = [*runs, run], ""
        place += 1
    return [one for one in (*runs, run) if one]


def _digits_at(words: Sequence[str], place: int) -> tuple[int, str]:
    """How many words they are, and the digits."""
    word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
    if word in _TIMES and (one := _digit(after)):
        return 2, one * _TIMES[word]
    if word in TENS and 0 < SMALL.get(after, 0) < 10:
        return 2, str(TENS[word] + SMALL[after])
    if word in TENS:
        return 1, str(TENS[word])
    if word == "+":
        return 1, "+"
    return (1, one) if (one := _digit(word)) else (0, "")


def _digit(word: str) -> str:
    if word in ("oh", "o", "nought", "naught"):
        return "0"
    if word.isascii() and word.isdecimal():
        return word
    return str(SMALL[word]) if word in SMALL else ""


def letters(text: str, *, digits: bool = False) -> str | None:
    """What was spelled, in capitals: "s m i t h", "sierra mike", "a for apple", "double t". With `digits` those as
    well. None when other words are in it."""
    said = re.sub(r"\b(?:it|that)['’]s\b", " ", text.lower())
    words = re.findall(r"[^\W_]+", said)
    found: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        if word in _TIMES and place + 1 < len(words) and (one := _letter(words[place + 1], digits)):
            found.append(one * _TIMES[word])
            place += 2
        elif one := _letter(word, digits):
            found.append(one)
            place += 1 + sum(1 for _ in _explained(words, place))
        elif word in _MARKS and not digits:
            found.append(_MARKS[word])
            place += 1
        elif word in _ABOUT or (word in FILLERS and len(word) > 1):
            place += 1
        else:
            return None
    return "".join(found) or None


def _explained(words: Sequence[str], place: int) -> Iterator[str]:
    """The words of "for apple" and "as in apple" behind a letter."""
    rest = words[place + 1 : place + 4]
    if len(words[place]) == 1 and len(rest) > 1 and rest[0] in _SPELT_AS:
        yield from rest[: 3 if rest[1] == "in" and len(rest) > 2 else 2]


def _letter(word: str, digits: bool) -> str:
    if digits and (one := _digit(word)) and word != "o":
        return one
    if len(word) == 1 and word.isalpha():
        return word.upper()
    if digits and re.fullmatch(r"[a-z0-9]{2,8}", word) and re.search(r"\d", word):
        return word.upper()
    return word[0].upper() if word in _NATO else ""
