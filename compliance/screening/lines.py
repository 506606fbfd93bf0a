"""Text that comes in pieces, as lines. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_LINE = 1000  # bytes


@dataclass(frozen=True)
class Line:
    """`text` is None when it cannot be read; then `problem` says why."""

    number: int  # the first is 1
    text: str | None
    problem: str = ""


class LineReader:
    """`feed` the pieces, then `finish`. Holds one line at most; `sha256` is of all bytes so far."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False  # the rest of a line that is too long
        self._number = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def feed(self, piece: bytes) -> Iterator[Line]:
        self._hash.update(piece)
        *whole, rest = (self._rest + piece).split(b"\n")
        self._rest = b""
        for raw in whole:
            yield self._line(raw)
        if len(rest) > LONGEST_LINE:
            self._skipping, rest = True, b""
        self._rest = rest

    def finish(self) -> Iterator[Line]:
        """The last line, when no end of line came after it."""
        if self._rest or self._skipping:
            yield self._line(self._rest)
            self._rest = b""

    def _line(self, raw: bytes) -> Line:
        self._number += 1
        skipped, self._skipping = self._skipping, False
        if skipped or len(raw) > LONGEST_LINE:
            return Line(self._number, None, f"it is longer than {LONGEST_LINE} bytes")
        try:
            text = raw.decode("utf-8-sig" if self._number == 1 else "utf-8")
        except UnicodeDecodeError:
            return Line(self._number, None, "it is not UTF-8")
        if "\0" in text:
            return Line(self._number, None, "it contains a NUL character")
        return Line(self._number, text.strip())
