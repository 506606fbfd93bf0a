"""Where card numbers are among the pieces of one reading. Pure.

A number that stands alone is easy. One beside other digits is looked for where somebody may have begun
or ended: at a comma, a filler, a new turn; else only when the digits left over are an expiry and a code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compliance.cards.check import is_card
from compliance.cards.issuers import LONGEST, SHORTEST, issuer_of
from compliance.redaction.grammar import Piece
from compliance.redaction.tokens import APART, STRONG

# what people say right after the number: expiry, code, both
AFTER = re.compile(r"(?:(?:0[1-9]|1[0-2])(?:20)?[2-5][0-9])?(?:[0-9]{3})?")
AFTER_AMEX = re.compile(r"(?:(?:0[1-9]|1[0-2])(?:20)?[2-5][0-9])?(?:[0-9]{4})?")
# the lengths that are printed on cards today: among other digits only these are looked for
PRINTED = {"amex": (15,), "diners": (14, 16), "visa": (16, 13, 19), "unionpay": (16, 19), "maestro": (16, 18, 19)}
MOST_BESIDE = 4  # digits that may stand before or after a number without a break: "4111… 42 Main Street"
GROUPS, GROUPS_SHORT = (4, 8, 12, 16), (4, 10)  # after how many digits people pause: 4-4-4-4, and 4-6-5 of Amex


def cards_in(pieces: Sequence[Piece]) -> list[tuple[int, int, str]]:
    """First piece, last piece and digits of each card, from left to right."""
    count = len(pieces)
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece.digits))
    if offsets[-1] < SHORTEST:
        return []
    text = "".join(piece.digits for piece in pieces)
    ends = [at for at in range(1, count + 1) if _breaks(pieces, at)]
    found: list[tuple[int, int, str]] = []
    at = 0
    while at < count:
        begins = _breaks(pieces, at) or bool(found and found[-1][1] == at - 1)
        match = _at(pieces, offsets, text, at, ends) if begins else None
        if match:
            found.append(match)
            at = match[1] + 1
        else:
            at += 1
    return found


def _breaks(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a number may begin at piece `at`, or end before it. One that is written in one piece is a number."""
    if at in (0, len(pieces)) or pieces[at].joint >= STRONG:
        return True
    return len(pieces[at].digits) >= SHORTEST or len(pieces[at - 1].digits) >= SHORTEST


def _at(
    pieces: Sequence[Piece], offsets: Sequence[int], text: str, at: int, ends: Sequence[int]
) -> tuple[int, int, str] | None:
    """The card that begins at piece `at`, where one may begin; the longest that ends where one may end."""
    begin = offsets[at]
    for end in reversed(ends):
        length = offsets[end] - begin
        if end > at and SHORTEST <= length <= LONGEST:
            digits = text[begin : offsets[end]]
            if is_card(digits) and _parts_fit(pieces, at, end, digits):
                return at, end - 1, digits
    following = next(end for end in ends if end > at)
    for end in {following, ends[-1]}:
        if match := _with_more(pieces, offsets, text, at, end):
            return match
    return None


def _with_more(
    pieces: Sequence[Piece], offsets: Sequence[int], text: str, at: int, end: int
) -> tuple[int, int, str] | None:
    """A card at `at` with its expiry and code right after it, or a card at the end with a stray digit before it."""
    if any(pieces[place].joint >= APART for place in range(at + 1, end)):
        return None
    begin, length = offsets[at], offsets[end] - offsets[at]
    if length < SHORTEST:
        return None
    for digits in _printed(text, begin, min(length, LONGEST)):
        rest = text[begin + len(digits) : offsets[end]]
        after = AFTER_AMEX if len(digits) == 15 else AFTER
        if rest.startswith(digits) or after.fullmatch(rest):
            return at, end - 1, digits
        if len(rest) <= MOST_BESIDE and begin + len(digits) in offsets:
            return at, offsets.index(begin + len(digits)) - 1, digits
    for first in range(at + 1, end):
        if offsets[first] - begin > MOST_BESIDE:
            break
        for digits in _printed(text, offsets[first], LONGEST):
            if offsets[first] + len(digits) == offsets[end]:
                return first, end - 1, digits
    return None


def _printed(text: str, begin: int, longest: int) -> list[str]:
    found: list[str] = []
    for length in (16, 15, 14, 19, 13, 18):
        digits = text[begin : begin + length]
        if length <= longest and len(digits) == length and is_card(digits) and _is_printed(digits):
            found.append(digits)
    return found


def _is_printed(digits: str) -> bool:
    row = issuer_of(digits)
    return row is not None and len(digits) in PRINTED.get(row.brand, (16,))


def _parts_fit(pieces: Sequence[Piece], at: int, end: int, digits: str) -> bool:
    """With other words within, it has to be a usual number, and they stand where a group of it ends on the card."""
    length = 0
    apart = False
    for place in range(at, end):
        if place > at and pieces[place].joint >= APART:
            apart = True
            if length not in (GROUPS_SHORT if len(digits) < 16 else GROUPS):
                return False
        length += len(pieces[place].digits)
    return not apart or _is_printed(digits)
