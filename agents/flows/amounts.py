"""Whole numbers and amounts of money, as people say and key them in. English. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from agents.flows.words import FILLERS, cardinal, tokens
from agents.skills.numbers import in_words

_NAMES = {"USD": ("dollar", "cent"), "EUR": ("euro", "cent"), "GBP": ("pound", "penny"), "CHF": ("franc", "centime")}
_MARKS = {"$": "USD", "€": "EUR", "£": "GBP"}
_CURRENCY_OF = {word: code for code, (one, _) in _NAMES.items() for word in (one, f"{one}s")} | {
    "bucks": "USD", "buck": "USD", "quid": "GBP", "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF",
}  # fmt: skip
_WHOLE = frozenset(
    ["dollar", "dollars", "buck", "bucks", "euro", "euros", "pound", "pounds", "quid", "franc", "francs"]
)
_PARTS = frozenset(["cent", "cents", "penny", "pence", "centime", "centimes", "p"])
_WRITTEN = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d{1,9})(?:[.](\d{1,2}))?(?![\d.,]*\d)")
_DASHED = re.compile(r"(minus |-)?(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.0+)?")


def integer(text: str) -> int | None:
    """ "twenty three of us", "1,200", "minus five"; None where no number or more than one stands."""
    if found := _DASHED.fullmatch(text.strip().lower()):
        return int(found[2].replace(",", "")) * (-1 if found[1] else 1)
    words = tokens(text)
    negative = "minus" in words
    runs = _runs([one for one in words if one != "minus"])
    if len(runs) != 1:
        return None
    found_one = cardinal(runs[0])
    return -found_one if negative and found_one is not None else found_one


def _runs(words: Sequence[str]) -> list[list[str]]:
    """Words in a row that are a number, each row as long as it can be."""
    runs: list[list[str]] = []
    for word in words:
        if runs and cardinal([*runs[-1], word]) is not None:
            runs[-1].append(word)
        elif word in ("and", "a"):
            if runs and word == "and" and runs[-1]:
                runs[-1].append(word)
        elif cardinal([word]) is not None:
            if runs and runs[-1][-1] == "and" and cardinal([*runs[-1][:-1], word]) is not None:
                runs[-1].append(word)
            else:
                runs.append([word])
        elif word in ("hundred", "thousand"):
            runs.append([word])
    return [[one for one in run if one != "and"] for run in runs]


def amount(text: str) -> Decimal | None:
    """ "twelve fifty", "$12.50", "a hundred euros and ten cents"; None for what is no amount."""
    if re.search(r"\bminus\b|-\s*[$€£\d]", text.lower()):
        return None
    words = [one for one in tokens(text) if one != "and"]
    if found := _WRITTEN.findall(text):
        if len(found) == 2 and any(one in _PARTS for one in words) and not found[0][1] and len(found[1][0]) <= 2:
            return Decimal(found[0][0].replace(",", "")) + Decimal(found[1][0]) / 100
        if len(found) != 1:
            return None
        whole, part = found[0]
        value = Decimal(f"{whole.replace(',', '')}.{part.ljust(2, '0') if part else '00'}")
        lone = any(one in _PARTS for one in words) and not any(one in _WHOLE for one in words)
        return value / 100 if lone else value
    words = [one for one in words if one not in FILLERS or one == "a"]
    unit = next((place for place, one in enumerate(words) if one in _WHOLE), None)
    bare = [one for one in words if one not in _PARTS]
    if unit is not None:
        said = _sum(words[:unit], [one for one in bare[unit + 1 :] if one != "a"])
        return said if said is not None or len(words) > unit + 1 else _split(words[:unit])
    if len(bare) < len(words):
        return _sum([], bare)
    if "point" in words:
        place = words.index("point")
        tenths = _sum(words[:place], words[place + 1 :])
        alone = cardinal(words[place + 1 :])
        return tenths if alone is None or alone >= 10 or tenths is None else tenths + Decimal(alone) * 9 / 100
    return _split(bare)


def _split(words: Sequence[str]) -> Decimal | None:
    """ "two hundred" and "twelve fifty"."""
    if words == ["a"]:
        return Decimal(1)
    if (whole := cardinal(words)) is not None:
        return Decimal(whole)
    splits = (_sum(words[:cut], words[cut:]) for cut in range(len(words) - 1, 0, -1))
    return next((one for one in splits if one is not None), None)


def is_other_currency(text: str, currency: str) -> bool:
    """Whether an amount is named in another currency than this one; "" is any."""
    said = {name for mark, name in _MARKS.items() if mark in text}
    said |= {name for word in tokens(text) if (name := _CURRENCY_OF.get(word))}
    return bool(currency and said and currency not in said)


def _sum(whole: Sequence[str], part: Sequence[str]) -> Decimal | None:
    """Units and hundredths; None when one of them is no number."""
    units = cardinal(whole) if whole else 0
    hundredths = cardinal(part) if part else 0
    if units is None or hundredths is None or hundredths > 99:
        return None
    return Decimal(units) + Decimal(hundredths) / 100


def amount_words(value: Decimal, currency: str) -> str:
    """As it is said: "twelve dollars and fifty cents"."""
    units, hundredths = int(value), int(value * 100) % 100
    one, part = _NAMES.get(currency, (currency, "cent"))
    name = one if units == 1 or one == currency else f"{one}s"
    said = f"{in_words(units)} {name}".strip()
    if not hundredths:
        return said
    parts = "pence" if part == "penny" else f"{part}s"
    return f"{said} and {in_words(hundredths)}" + (f" {part if hundredths == 1 else parts}" if currency else "")
