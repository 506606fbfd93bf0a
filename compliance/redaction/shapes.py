"""Numbers that say by their writing what they are: dates, times, amounts, telephone numbers, IBANs, UUIDs. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from compliance.cards.check import is_card

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)[0-9]{2}"
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_SHAPES = tuple(
    (name, cues, re.compile(pattern))
    for name, cues, pattern in (
        ("uuid", "-", r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"),
        (
            "iban",
            "",
            r"(?<![0-9A-Za-z])[A-Za-z]{2}[0-9]{2}(?:[ \-]?[A-Za-z0-9]{4}){2,7}"
            r"(?:[ \-]?[A-Za-z0-9]{1,3})?(?![0-9A-Za-z])",
        ),
        (
            "stamp",
            "-",
            rf"(?<![0-9]){_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
            rf"(?:[T ]{_TIME}(?:Z|[+\-][0-9]{{2}}:?[0-9]{{2}})?)?(?![0-9]|-[0-9])",
        ),
        (
            "date",
            "/.-",
            rf"(?<![0-9./\-])(?<![0-9]\s)(?:{_DAY}([./\-]){_MONTH}\1|{_MONTH}([./\-]){_DAY}\2)"
            rf"(?:{_YEAR}|[0-9]{{2}})(?![0-9]|[./\-][0-9]|\s[0-9](?![0-9]?:))",
        ),
        ("time", ":", r"(?<![0-9:])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?![0-9]|:[0-9])"),
        (
            "money",
            "$€£¥",
            r"[$€£¥]\s?[0-9]{1,3}(?:[., '’]?[0-9]{3})*(?:[.,][0-9]{1,2})?(?![0-9]|[.,][0-9])"
            r"|(?<![0-9.,])[0-9]{1,3}(?:[., ][0-9]{3})*[.,][0-9]{2}(?=\s?[€$£¥])",
        ),
        ("share", "%", r"(?<![0-9.,:/])(?<![0-9][ \-])[0-9]{1,9}(?:[.,][0-9]{1,2})?\s?%"),
        ("abroad", "+", r"\+[1-9](?:[ ().\-/]{0,2}[0-9]){6,14}(?![ .\-]?[0-9])"),
        (
            "nanp",
            "-. ",
            r"(?<![0-9])(?<![0-9][ .\-])(?:1[ .\-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .\-])"
            r"[0-9]{3}[ .\-][0-9]{4}(?![ .\-]?[0-9])",
        ),
    )
)
_NOT_DIGIT = re.compile(r"[^0-9]")


def shapes_in(text: str, *, telephones: bool) -> list[tuple[int, int]]:
    """Where numbers stand that are something else, in order. `telephones`: a number written as "415 555 0100" too.

    None of them has a card in it, but for a telephone number or IBAN that is beyond doubt one.
    """
    found: list[tuple[int, int]] = []
    for name, cues, pattern in _SHAPES:
        if (cues and not any(cue in text for cue in cues)) or (name == "nanp" and not telephones):
            continue
        for match in pattern.finditer(text):
            digits = _NOT_DIGIT.sub("", match[0])
            if name == "iban":
                right = _is_iban(match[0])
            elif name == "abroad":
                right = len(digits) < 12 or not is_card(digits) or _is_telephone(digits)
            elif name == "nanp":
                right = _stands_alone(text, match.start(), match.end())
            else:
                right = not is_card(digits)
            if right:
                found.append(match.span())
    return sorted(found)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No digits right before or after, whatever signs are between."""
    before = next((one for one in text[max(0, start - 4) : start][::-1] if one.isalnum()), "")
    after = next((one for one in text[end : end + 4] if one.isalnum()), "")
    return not before.isdigit() and not after.isdigit()


def _is_iban(text: str) -> bool:
    """ISO 13616: two letters, two check digits, and 97 divides the whole with a remainder of 1."""
    bare = "".join(character for character in text if character.isalnum()).upper()
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


@lru_cache(maxsize=256)
def _is_telephone(digits: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False
