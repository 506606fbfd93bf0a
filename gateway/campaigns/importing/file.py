"""A file of contacts as it comes: bytes to rows, some at a time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Literal

from gateway.campaigns.importing.columns import Columns
from gateway.campaigns.importing.csv_rows import CsvRows
from gateway.campaigns.importing.decoding import Decoded, Encoding
from gateway.campaigns.importing.json_rows import JsonRows
from gateway.campaigns.importing.row import Fault, Row
from gateway.kernel.errors import BadInput

Format = Literal["csv", "json"]
PIECE = 64 * 1024  # bytes that are looked at without letting others go on
AT_ONCE = 1000  # rows
MOST_ROWS = 2_000_000  # twice as many as a campaign may have contacts


@dataclass(frozen=True)
class Wanted:
    """`country`: whose numbers are written without +. `number_column`, `encoding`: when the client knows."""

    format: Format = "csv"
    country: str | None = None
    number_column: str | None = None
    encoding: Encoding | None = None


class ContactFile:
    """The bytes as rows, with what is known of them when all have come."""

    def __init__(self, wanted: Wanted) -> None:
        columns = Columns(wanted.number_column)
        self._text = Decoded(wanted.encoding)
        self._reader = CsvRows(columns) if wanted.format == "csv" else JsonRows(columns)
        self._hash, self._whole = hashlib.sha256(), False

    @property
    def encoding(self) -> str:
        return self._text.encoding or "utf-8"

    @property
    def sha256(self) -> str:
        """ "" before all is read."""
        return self._hash.hexdigest() if self._whole else ""

    async def rows(self, pieces: AsyncIterable[bytes]) -> AsyncIterator[list[Row | Fault]]:
        """A thousand at a time. Raises BadInput, after the rows before what is wrong."""
        waiting, problem, given = list[Row | Fault](), None, 0
        try:
            async for piece in _small(pieces):
                self._hash.update(piece)
                waiting.extend(self._reader.feed(self._text.feed(piece)))
                while len(waiting) >= AT_ONCE:
                    yield waiting[:AT_ONCE]
                    waiting, given = waiting[AT_ONCE:], given + AT_ONCE
                if given > MOST_ROWS:
                    raise BadInput(
                        f"there are more than {MOST_ROWS} rows", code="contacts.too_many_rows", field="body",
                        todo="send the rest in another file, to another campaign",
                    )  # fmt: skip
            waiting.extend(self._reader.feed(self._text.finish()))
            self._whole = True
            waiting.extend(self._reader.finish())
        except BadInput as error:
            problem = error
        for start in range(0, len(waiting), AT_ONCE):
            yield waiting[start : start + AT_ONCE]
        if problem is not None:
            raise problem


async def _small(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]
            await asyncio.sleep(0)  # others may go on
