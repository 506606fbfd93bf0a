"""Card numbers in every style that callers, recognisers and models write them. Each token of a number stands in ‹ ›."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from random import Random

from compliance.cards.issuers import TABLE, Issuer
from compliance.cards.luhn import check_digit
from tests.redaction.numerals import FILLERS, LANGUAGES, below_100, below_1000, digit, repeated, thousands

OPEN, CLOSE = "\x02", "\x03"
_SEPARATORS = (" ", " ", "-", ".", ", ", " - ", "/", "\u00a0", "–", ",", "_", "  ", " | ")
_SCRIPTS = (0xFF10, 0x0660, 0x06F0, 0x0966)


def marked(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def card_number(random: Random, row: Issuer | None = None) -> str:
    """A number of a brand: each brand is as likely as the others, each of its ranges too."""
    if row is None:
        brand = random.choice(sorted({one.brand for one in TABLE}))
        row = random.choice([one for one in TABLE if one.brand == brand])
    prefix = str(random.randint(int(row.low), int(row.high)))
    length = random.choice(row.lengths)
    body = prefix + "".join(random.choice("0123456789") for _ in range(length - len(prefix) - 1))
    return body + check_digit(body)


def groups_of(digits: str, random: Random) -> list[str]:
    """As printed on the card: by fours, 4-6-5, 4-6-4."""
    if len(digits) in (14, 15):
        return [digits[:4], digits[4:10], digits[10:]]
    if random.random() < 0.1:
        parts, at = [], 0
        while at < len(digits):
            size = random.randint(1, 5)
            parts.append(digits[at : at + size])
            at += size
        return parts
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


def plain(group: str, _language: str, _random: Random) -> str:
    return marked(group)


def spaced(group: str, _language: str, random: Random) -> str:
    return random.choice((" ", " ", ", ", "-")).join(marked(one) for one in group)


def script(group: str, _language: str, random: Random) -> str:
    zero = random.choice(_SCRIPTS)
    return marked("".join(chr(zero + int(one)) for one in group))


def single_words(group: str, language: str, random: Random) -> str:
    return " ".join(marked(digit(one, language, random)) for one in group)


def multiples(group: str, language: str, random: Random) -> str:
    parts: list[str] = []
    for value, run in groupby(group):
        left = len(list(run))
        while left:
            count = min(left, random.choice((2, 3))) if left > 1 else 1
            parts.append(
                marked(repeated(value, count, language, random) if count > 1 else digit(value, language, random))
            )
            left -= count
    return " ".join(parts)


def pairs(group: str, language: str, random: Random) -> str:
    parts: list[str] = []
    if len(group) % 2:
        parts.append(marked(digit(group[0], language, random)))
        group = group[1:]
    for at in range(0, len(group), 2):
        value = int(group[at : at + 2])
        if value > 9:
            parts.append(marked(below_100(value, language, random)))
        else:
            parts += [marked(digit(one, language, random)) for one in group[at : at + 2]]
    # after "vingt" or "soixante" a teen would be another number: people pause there
    return (", " if language == "fr" else " ").join(parts)


def big(group: str, language: str, random: Random) -> str:
    if len(group) == 4 and group[0] != "0":
        return marked(thousands(int(group), language, random))
    if len(group) == 3 and group[0] != "0":
        return marked(below_1000(int(group), language, random))
    return pairs(group, language, random)


def mixed(group: str, language: str, random: Random) -> str:
    return " ".join(marked(one) if random.random() < 0.5 else single_words(one, language, random) for one in group)


Style = Callable[[str, str, Random], str]
STYLES: tuple[Style, ...] = (plain, plain, spaced, script, single_words, single_words, multiples, pairs, big, mixed)


def parts_of(digits: str, language: str, style: Style, random: Random) -> list[str]:
    """The groups, each with its tokens marked."""
    return [style(group, language, random) for group in groups_of(digits, random)]


def between(style: Style, language: str, random: Random) -> str:
    """What stands between two groups."""
    if random.random() < 0.15:
        filler = random.choice(FILLERS[language])
        # "sesenta y nueve mil" is one number, whoever meant two
        return f"{',' if style in (big, pairs) else ''} {filler if len(filler) > 1 else ''} "
    if style in (plain, spaced, script):
        return random.choice(_SEPARATORS)
    if style in (big, pairs):
        return ", "  # numbers of several words are set apart, or they would be other numbers
    return random.choice((" ", " ", ", ", ". "))


def a_language(random: Random) -> str:
    return random.choice((*LANGUAGES, "en", "en"))
