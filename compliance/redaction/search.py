"""Looks for card numbers in bytes: known ones in every form, and any others that are written as digits. Pure.

For the proof that nothing was left: `Search` takes a file piece by piece, in bounded memory, and yields where something
is. It never repeats a digit; who searches knows what was planted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compliance.cards.check import is_card
from compliance.cards.issuers import LONGEST, SHORTEST
from compliance.redaction.fingerprints import Fingerprints
from compliance.redaction.forms import forms_of

PLANTED, STRANGE = "planted", "strange"
MOST_AT_ONCE = 1 << 20  # bytes looked at in one go
_LONGEST_RUN = 4 * LONGEST
# digits with at most one sign between; not part of a longer word or number
_GAP = rb"[ \-.]?"
_RUNS = re.compile(rb"(?<![0-9A-Za-z])(?:[0-9]%b){%d,%d}[0-9](?![0-9A-Za-z])" % (_GAP, SHORTEST - 1, LONGEST - 1))
# as above, but with any signs between and in any company: for the planted ones
_LOOSE = re.compile(rb"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){%d,}" % (SHORTEST - 1))
_WIDE = {
    "UTF-16 LE": rb"(?<![0-9]\x00)(?:[0-9]\x00(?:[ \-.]\x00)?){%d,%d}[0-9]\x00(?![0-9]\x00)",
    "UTF-16 BE": rb"(?<!\x00[0-9])(?:\x00[0-9](?:\x00[ \-.])?){%d,%d}\x00[0-9](?!\x00[0-9])",
}
_STRANGE = {"digits": _RUNS} | {
    f"digits, {name}": re.compile(pattern % (SHORTEST - 1, LONGEST - 1)) for name, pattern in _WIDE.items()
}
_NOT_DIGIT = re.compile(rb"[^0-9]")


@dataclass(frozen=True)
class Hit:
    """`kind`: planted or strange. `which`: place of the planted number in the list, -1 of a strange one."""

    kind: str
    offset: int
    length: int
    form: str
    which: int = -1


class Search:
    """One stream of bytes. `strange`: look for other card numbers too, where no field list excuses them."""

    def __init__(self, planted: Sequence[str] = (), *, strange: bool = True) -> None:
        self._planted = tuple((digits.encode(), digits[::-1].encode()) for digits in planted)
        self._forms, longest = _wanted(tuple(planted))
        self._keep = max(_LONGEST_RUN, longest)  # what ends after the seam may begin this far before it
        self._strange = strange
        self._rest = b""
        self._at = 0  # offset of `_rest`
        self._told: set[tuple[int, int, str]] = set()

    def feed(self, more: bytes) -> Iterator[Hit]:
        """The next bytes; hits as soon as they are certain."""
        for begin in range(0, len(more), MOST_AT_ONCE):
            yield from self._look(self._rest + more[begin : begin + MOST_AT_ONCE], last=False)

    def close(self) -> Iterator[Hit]:
        """The end of the stream."""
        yield from self._look(self._rest, last=True)

    def _look(self, chunk: bytes, *, last: bool) -> Iterator[Hit]:
        # what begins near the end may go on in the next bytes: it is looked at again with them
        sure = len(chunk) if last else max(0, len(chunk) - self._keep)
        for hit in self._hits(chunk):
            key = (hit.offset, hit.which, hit.form)
            if hit.offset - self._at < sure and key not in self._told:
                self._told.add(key)
                yield hit
        # and what begins there is judged by what stands before it
        keep = max(0, sure - self._keep)
        self._rest, self._at = chunk[keep:], self._at + keep
        self._told = {key for key in self._told if key[0] >= self._at}

    def _hits(self, chunk: bytes) -> Iterator[Hit]:
        for at, raw, (form, which) in self._forms.find(chunk):
            yield Hit(PLANTED, self._at + at, len(raw), form, which)
        if self._planted:
            for match in _LOOSE.finditer(chunk):
                yield from self._loose(match)
        if self._strange:
            for form, pattern in _STRANGE.items():
                for match in pattern.finditer(chunk):
                    if is_card(_NOT_DIGIT.sub(b"", match[0]).decode()):
                        yield Hit(STRANGE, self._at + match.start(), len(match[0]), form)

    def _loose(self, match: re.Match[bytes]) -> Iterator[Hit]:
        """A planted number with any signs between its digits."""
        digits = _NOT_DIGIT.sub(b"", match[0])
        places: list[int] = []
        for which, both in enumerate(self._planted):
            for one in both:
                at = digits.find(one)
                if at < 0:
                    continue
                places = places or [place for place, code in enumerate(match[0]) if 48 <= code <= 57]
                start, end = places[at], places[at + len(one) - 1] + 1
                yield Hit(PLANTED, self._at + match.start() + start, end - start, "digits with signs between", which)


@lru_cache(maxsize=1)
def _wanted(planted: tuple[str, ...]) -> tuple[Fingerprints[tuple[str, int]], int]:
    """Every form of each number, and the length of the longest: kept for the next stream, for it takes a while."""
    wanted: dict[bytes, tuple[str, int]] = {}
    for which, digits in enumerate(planted):
        for form, raw in forms_of(digits):
            wanted.setdefault(raw, (form, which))
    return Fingerprints(wanted), max(map(len, wanted), default=0)


def search(pieces: Iterable[bytes], planted: Sequence[str] = (), *, strange: bool = True) -> Iterator[Hit]:
    """Hits in a stream of bytes, in pieces of any size."""
    one = Search(planted, strange=strange)
    for piece in pieces:
        yield from one.feed(piece)
    yield from one.close()
