"""Text becomes tokens: digits, number words, words that name something, other words. Pure.

Offsets are those of the text as it came. Digits of any script count ("４１１１", "①"); letters are compared without
accents and capitals.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from compliance.redaction.topics import PAIRS, SECONDS, Topic, topic_of
from compliance.redaction.words import Kind, NumberWord, number_word

DIRECT, STRONG, APART = 0, 1, 2
"""How a number token follows the one before: nothing or a space between; a comma, a filler or a new segment; words."""

_MARKS = "\u0300-\u036f"
_PIECES = re.compile(rf"([0-9]+|[cC][vV][vVcC]?2(?![^\W_])|[^\W\d_](?:[^\W\d_]|[{_MARKS}])*)")
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff\u20e3"
_CLOSE = re.compile(rf"[\s.\-_'’`´*·•‐-―−()\[\]{_INVISIBLE}{_MARKS}]*")
_PLAIN_GAPS = frozenset(("", " ", "-", ".", "  ", " - "))
_LETTER_O = re.compile(r"(?<=[0-9])[oO](?=[0-9])")
PLACEHOLDER = re.compile(r"\[card (?:number|code|expiry)\]")
_KEPT = 8192
_DIGITS = frozenset("0123456789")


class _Scripts(dict[int, int | str]):
    """For `str.translate`: digits of all scripts to ASCII, asked for as they come up."""

    def __missing__(self, code: int) -> int | str:
        value = unicodedata.digit(chr(code), None)
        self[code] = found = code if value is None else str(value)
        return found


_SCRIPTS = _Scripts()


class Lexeme(NamedTuple):
    """What a word is, wherever it stands."""

    key: str
    number: NumberWord | None
    topic: Topic | None


_lexemes: dict[str, Lexeme] = {}


class Token:
    """A piece of text that counts. `kind` is None for a word that is no number."""

    __slots__ = ("close", "end", "glued", "joint", "key", "kind", "number", "plus", "start", "topic", "typed")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.key = ""
        self.typed = ""
        self.kind: Kind | None = None
        self.number: NumberWord | None = None
        self.topic: Topic | None = None
        self.close = False  # nothing but what may stand within a number between this and the token before
        self.glued = False  # digits with a letter beside them
        self.plus = False
        self.joint = DIRECT


def ascii_digits(text: str) -> str:
    """`text` with every digit as ASCII, character for character."""
    if not text.isascii():
        text = text.translate(_SCRIPTS)
    return _LETTER_O.sub("0", text)


def key_of(word: str) -> str:
    """`word` without accents and capitals."""
    return lexeme_of(word).key


def lexeme_of(word: str) -> Lexeme:
    """`word`: letters only, so no digit is kept here."""
    if found := _lexemes.get(word):
        return found
    if len(_lexemes) >= _KEPT:
        _lexemes.clear()
    key = word.lower()
    if not key.isascii():
        bare = unicodedata.normalize("NFD", key.replace("ß", "ss"))
        key = "".join(character for character in bare if not unicodedata.combining(character))
    found = _lexemes[word] = Lexeme(key, number_word(key), topic_of(key))
    return found


def words_of(text: str) -> list[str]:
    """The letters and digits of `text` in pieces, as `tokens_of` cuts it."""
    return _PIECES.findall(text)


def tokens_of(text: str) -> list[Token]:
    """`text` has been through `ascii_digits`."""
    found: list[Token] = []
    pieces = _PIECES.split(text)
    end = 0
    last = second = ""
    for index in range(1, len(pieces), 2):
        gap, piece = pieces[index - 1], pieces[index]
        start = end + len(gap)
        end = start + len(piece)
        token = Token(start, end)
        token.close = gap in _PLAIN_GAPS or _CLOSE.fullmatch(gap) is not None
        if piece[0] in _DIGITS:
            token.typed, token.kind = piece, Kind.TYPED
            if gap:
                token.plus = gap[-1] == "+"
            elif found:
                before = found[-1]  # one letter may be a word as well, and is a sign of hexadecimal here
                token.glued = before.end - before.start == 1 or (before.topic is None and before.kind is None)
            if pieces[index + 1] == "" and index + 2 < len(pieces):
                token.glued = True
            key = ""
        else:
            key, number, topic = lexeme_of(piece)
            token.key, token.topic = key, topic
            if number is not None:
                token.kind, token.number = number.kind, number
            if key in SECONDS:
                token.topic = PAIRS.get((last, key)) or PAIRS.get((second, key)) or topic
        second, last = last, key
        found.append(token)
    return found
