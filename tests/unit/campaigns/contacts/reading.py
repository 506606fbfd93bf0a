"""Files as a test writes them, read in pieces of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gateway.campaigns.importing.columns import Columns
from gateway.campaigns.importing.csv_rows import CsvRows
from gateway.campaigns.importing.decoding import Decoded, Encoding
from gateway.campaigns.importing.json_rows import JsonRows
from gateway.campaigns.importing.row import Fault, Row

Found = Row | Fault


def of_csv(text: str, number_column: str | None = None, piece: int = 1 << 20) -> list[Found]:
    return _read(CsvRows(Columns(number_column)), text, piece)


def of_json(text: str, number_column: str | None = None, piece: int = 1 << 20) -> list[Found]:
    return _read(JsonRows(Columns(number_column)), text, piece)


def decoded(content: bytes, named: Encoding | None = None, piece: int = 1 << 20) -> tuple[str, str]:
    """The text, and the encoding."""
    reader = Decoded(named)
    text = "".join(reader.feed(content[at : at + piece]) for at in range(0, len(content), piece)) + reader.finish()
    return text, reader.encoding


def cells(found: list[Found], name: str) -> list[str]:
    return [one.cells[name] for one in found if isinstance(one, Row)]


def faults(found: list[Found]) -> list[tuple[int, str]]:
    """Their lines and reasons."""
    return [(one.line, one.reason) for one in found if isinstance(one, Fault)]


def lines(found: list[Found]) -> list[int]:
    """Of the rows that are none."""
    return [one.line for one in found if isinstance(one, Row)]


def _read(reader: CsvRows | JsonRows, text: str, piece: int) -> list[Found]:
    def all_of(feed: Callable[[str], Iterator[Found]]) -> Iterator[Found]:
        for at in range(0, len(text), piece):
            yield from feed(text[at : at + piece])

    return [*all_of(reader.feed), *reader.finish()]
