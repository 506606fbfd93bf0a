"""Text of a CSV file as rows. Pure.

A row whose quotes do not match is one bad line and no more: reading goes on with the line after its first, so that a
quote that is never closed does not swallow the rest of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from gateway.campaigns.importing.columns import UNNAMED, Columns
from gateway.campaigns.importing.row import LONGEST_ROW, Fault, Row
from gateway.kernel.errors import BadInput

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES = 200  # of one row
_QUOTES = "its quotes do not match; double a quote that stands within a cell"
_LONG = f"it is longer than {LONGEST_ROW} characters"


class CsvRows:
    """`feed` the text, then `finish`; every line ends with a line feed. Holds one row at most."""

    def __init__(self, columns: Columns) -> None:
        self._columns, self._names, self._delimiter = columns, list[str | None](), ","
        self._rest, self._skipping = "", False  # an unfinished line; the rest of one that is too long
        self._lines, self._at = list[str](), 0  # lines of rows that are not complete yet
        self._line = 1  # of the file: that of _lines[_at]

    def feed(self, text: str) -> Iterator[Row | Fault]:
        """Raises BadInput for a first line that names no columns."""
        *whole, rest = (self._rest + text).split("\n")
        self._lines = self._lines[self._at :] + [self._bounded(one) for one in whole]
        self._at = 0
        if len(rest) > LONGEST_ROW:
            self._skipping, rest = True, ""
        self._rest = rest
        yield from self._rows(final=False)

    def finish(self) -> Iterator[Row | Fault]:
        """The last line, when no end of line came after it."""
        if self._rest or self._skipping:
            self._lines.append(self._bounded(self._rest))
            self._rest = ""
        yield from self._rows(final=True)
        if not self._names:
            raise BadInput("the file is empty", code="contacts.empty", field="body", todo="send rows under their names")

    def _bounded(self, line: str) -> str:
        """A line that is too long stays too long, and no longer than that."""
        skipped, self._skipping = self._skipping, False
        return "x" * (LONGEST_ROW + 1) if skipped else line[: LONGEST_ROW + 1]

    def _rows(self, *, final: bool) -> Iterator[Row | Fault]:
        while self._at < len(self._lines):
            line, first = self._line, self._lines[self._at]
            try:
                taken = self._cells(final=final)
            except BadInput as error:
                self._go_on(1)
                if not self._names:
                    raise
                yield Fault(line, "", error.detail)
                continue
            if taken is None:
                return
            cells, lines = taken
            self._go_on(lines)
            if any(cell.strip() for cell in cells):
                if self._names:
                    yield self._row(line, cells)
                elif not first.lower().startswith("sep="):  # a spreadsheet's own remark on the delimiter
                    self._names = self._columns.of_header(cells)

    def _go_on(self, lines: int) -> None:
        self._at += lines
        self._line += lines

    def _row(self, line: int, cells: list[str]) -> Row | Fault:
        """Cells that are missing at the end are empty: spreadsheets leave them out."""
        if len(cells) > len(self._names) and any(cells[len(self._names) :]):
            words = f"it has {len(cells)} cells, and the first line {len(self._names)}"
            return Fault(line, "", f"{words}; quote cells with a {_spoken(self._delimiter)} in them")
        found = dict.fromkeys((name for name in self._names if name), "")
        for name, cell in zip(self._names, cells, strict=False):
            if name:
                found[name] = cell
            elif name == UNNAMED and cell.strip():
                return Fault(line, "", "a cell has something in it, and its column no name")
        return Row(line, found)

    def _cells(self, *, final: bool) -> tuple[list[str], int] | None:
        """Of the next row, and how many lines it has. None: the rest of it has not come yet. Raises BadInput."""
        text = self._lines[self._at]
        if len(text) > LONGEST_ROW:
            raise BadInput(_LONG)
        if not self._names:
            self._delimiter = _delimiter_of(text)
        if '"' not in text:
            return text.split(self._delimiter), 1
        if (cells := self._split(text)) is not None:
            return cells, 1
        is_open, lines = text.count('"') % 2 == 1, 1
        while is_open:
            if self._at + lines >= len(self._lines) and not final:
                return None
            if self._at + lines >= len(self._lines) or lines >= MOST_LINES or len(text) > LONGEST_ROW:
                break
            following = self._lines[self._at + lines]
            text, lines, is_open = f"{text}\n{following}", lines + 1, is_open != (following.count('"') % 2 == 1)
        if not is_open and len(text) <= LONGEST_ROW and (cells := self._split(text)) is not None:
            return cells, lines
        raise BadInput(_QUOTES)

    def _split(self, text: str) -> list[str] | None:
        """None where quotes do not match."""
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None


def _delimiter_of(header: str) -> str:
    """The one that makes the most columns."""

    def columns(delimiter: str) -> int:
        try:
            return len(next(csv.reader([header], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)


def _spoken(delimiter: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]
