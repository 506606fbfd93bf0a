"""Text of a JSON file as rows: an array of objects, or an object on each line. Pure.

What is no JSON is one bad row and no more: reading goes on with the next line, in an array with the next object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gateway.campaigns.importing.columns import Columns
from gateway.campaigns.importing.objects import Objects, Pairs
from gateway.campaigns.importing.row import LONGEST_ROW, Fault, Row
from gateway.kernel.errors import BadInput

_BROKEN = "it is no JSON"
_NO_OBJECT = "it is no object"
_LONG = f"it is longer than {LONGEST_ROW} characters"
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r"[}\],\n][\s,]*(?=\{)")  # where an object begins, after what is no JSON
_SPACE = " \t\n,"
_HOW = "send an array of objects or an object on each line, or say format=csv"
# numbers stay as they are written: 1.5E+10 tells of a spreadsheet
_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_float=str, parse_int=str, parse_constant=str)


class JsonRows:
    """`feed` the text, then `finish`; lines end with a line feed. Holds one row at most beside the newest piece."""

    def __init__(self, columns: Columns) -> None:
        self._objects = Objects(columns)
        self._text, self._line = "", 1  # what is not read yet, and the line it begins on
        self._kind = ""  # array, lines, or over: after the end of an array
        self._lost = False  # after what is no JSON, until something begins again; of a line: until its end

    def feed(self, text: str) -> Iterator[Row | Fault]:
        """Raises BadInput for what begins like no such file."""
        self._text += text
        yield from self._rows(final=False)

    def finish(self) -> Iterator[Row | Fault]:
        """Raises BadInput for a file that is empty, or an array that does not end."""
        yield from self._rows(final=True)
        if not self._kind:
            raise BadInput("the file is empty", code="contacts.empty", field="body", todo=_HOW)
        if self._kind == "array" and not (self._lost and self._text.rstrip(_SPACE).endswith("]")):
            raise BadInput(
                "the array does not end: a part of the file is missing", code="contacts.cut_off", field="body",
                todo="send the whole file again; what was taken is not taken twice",
            )  # fmt: skip

    def _rows(self, *, final: bool) -> Iterator[Row | Fault]:
        if not self._kind:
            self._begin()
        if self._kind == "lines":
            yield from self._of_lines(final=final)
        elif self._kind:
            yield from self._of_array(final=final)

    def _begin(self) -> None:
        """Raises BadInput."""
        start = len(self._text) - len(self._text.lstrip())
        self._go_on(start)
        if not self._text:
            return
        if self._text[0] not in "[{":
            raise BadInput(
                "the file begins with neither [ nor {", code="contacts.no_json", field="body", todo=_HOW
            )  # fmt: skip
        self._kind = "array" if self._text[0] == "[" else "lines"
        self._go_on(1 if self._kind == "array" else 0)

    def _go_on(self, to: int) -> None:
        self._line += self._text.count("\n", 0, to)
        self._text = self._text[to:]

    def _of_lines(self, *, final: bool) -> Iterator[Row | Fault]:
        *whole, rest = self._text.split("\n")
        if final:
            whole, rest = [*whole, rest], ""
        for text in whole:
            skipped, self._lost = self._lost, False
            line, self._line = self._line, self._line + 1
            if skipped or len(text) > LONGEST_ROW:
                yield Fault(line, "", _LONG)
            elif text.strip():
                yield self._of_line(line, text.strip())
        if len(rest) > LONGEST_ROW:
            self._lost, rest = True, ""
        self._text = rest

    def _of_line(self, line: int, text: str) -> Row | Fault:
        try:
            value, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError):
            return Fault(line, "", _BROKEN)
        if text[end:].strip(" ,"):
            return Fault(line, "", "there is more than one object on the line")
        return self._row(line, value)

    def _of_array(self, *, final: bool) -> Iterator[Row | Fault]:
        at, line, counted = 0, self._line, 0
        while (at := self._start(at)) < len(self._text):
            if self._lost:
                break
            line, counted = line + self._text.count("\n", counted, at), at
            if self._kind == "over":
                yield Fault(line, "", "it stands after the end of the array")
                at = len(self._text)
            elif self._text[at] == "]":
                self._kind, at = "over", at + 1
            else:
                found = self._value(at, final=final)
                if found is None:
                    break
                value, end = found
                self._lost = end is None
                if end is None or end - at > LONGEST_ROW:
                    yield Fault(line, "", _BROKEN if end is None else _LONG)
                else:
                    yield self._row(line, value)
                at = end or at
        self._go_on(at)

    def _start(self, at: int) -> int:
        """Where the next value begins; while lost, from where to look on when more of the text is here."""
        if not self._lost:
            found = _BETWEEN.match(self._text, at)
            return found.end() if found else at
        if found := _NEXT.search(self._text, at):
            self._lost = False
            return found.end()
        said = len(self._text.rstrip(_SPACE))
        return max(at, said - 1, len(self._text) - LONGEST_ROW)

    def _value(self, at: int, *, final: bool) -> tuple[Any, int | None] | None:
        """And where it ends; None for what is no JSON. None for all: the rest of it has not come yet."""
        try:
            value, end = _DECODER.raw_decode(self._text, at)
        except (ValueError, RecursionError):
            waits = not final and len(self._text) - at <= LONGEST_ROW
            return None if waits else (None, None)
        return (value, end) if end < len(self._text) or final or isinstance(value, Pairs) else None

    def _row(self, line: int, value: Any) -> Row | Fault:
        return self._objects.row(line, value) if isinstance(value, Pairs) else Fault(line, "", _NO_OBJECT)
