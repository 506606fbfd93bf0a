"""Whether a text is worth a look: most have neither a digit nor a number word in them. Pure."""

from __future__ import annotations

import re

from compliance.redaction.tokens import key_of, words_of
from compliance.redaction.topics import MONTHS, SIGNAL, TOPICS, Topic
from compliance.redaction.words import NUMBER_WORDS, Kind

_DIGIT = re.compile(r"\d")
_SIGNS = frozenset(
    {word for word, number in NUMBER_WORDS.items() if not number.weak and number.kind is not Kind.CONJUNCTION}
    | SIGNAL
    | set(MONTHS)
    | {word for word, topic in TOPICS.items() if topic is Topic.TAIL}
)
_WITHIN = ("hundert", "tausend", "karte")


def is_plain(text: str) -> bool:
    """Nothing in it counts, and nothing names what does."""
    if text.isascii():
        if _DIGIT.search(text):
            return False
        lowered = text.lower()
        return _SIGNS.isdisjoint(words_of(lowered)) and not any(part in lowered for part in _WITHIN)
    # a digit of any script, and the circled ones that are no decimal digits
    if any(character.isdigit() for character in text if character > "\x7f") or _DIGIT.search(text):
        return False
    keys = [key_of(word) for word in words_of(text)]
    return _SIGNS.isdisjoint(keys) and not any(part in key for part in _WITHIN for key in keys)
