"""A line of a file of entries: `value,list,kind,note,expires_at`, from the second on as far as they are given. Pure."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from compliance.screening.found import ListName
from compliance.screening.value import KINDS, Kind, Value, kind_of, read_value
from gateway.kernel.errors import BadInput
from gateway.rest.moments import in_utc

COLUMNS = ("value", "list", "kind", "note", "expires_at")
LONGEST_NOTE = 200
_KINDS: dict[str, Kind] = {kind: kind for kind in KINDS}


@dataclass(frozen=True)
class Wanted:
    """An entry to be made."""

    list: ListName
    value: Value
    note: str = ""
    expires_at: datetime | None = None


class EntryLines:
    """Reads lines. `default` is the list of lines that name none; a first line of column names sets their order."""

    def __init__(self, default: ListName | None = None) -> None:
        self._default: ListName | None = default
        self._columns: Sequence[str] = COLUMNS
        self._begun = False

    def read(self, text: str) -> Wanted | None:
        """None for an empty line, a comment (#) and the line of column names. Raises BadInput."""
        if not text or text.startswith("#"):
            return None
        first, self._begun = not self._begun, True
        cells = _cells(text)
        if first and "value" in (names := [cell.casefold() for cell in cells]):
            self._columns = names
            return None
        if len(cells) > len(self._columns):
            raise BadInput(f"it has more than {len(self._columns)} columns", field="line", todo=_HOW)
        return self._wanted(dict(zip(self._columns, cells, strict=False)))

    def _wanted(self, given: dict[str, str]) -> Wanted:
        which = given.get("list", "").casefold() or self._default
        if which not in ("block", "allow"):
            raise BadInput("it does not say which list: block or allow", field="list", todo=_HOW)
        text, kind = given.get("value", ""), given.get("kind", "").casefold()
        if kind and kind not in _KINDS:
            raise BadInput(f"its kind is none of {', '.join(KINDS)}", field="kind", todo=_HOW)
        note = given.get("note", "")
        if len(note) > LONGEST_NOTE:
            raise BadInput(f"its note is longer than {LONGEST_NOTE} characters", field="note", todo="shorten it")
        value = read_value(text, _KINDS.get(kind) or kind_of(text))
        return Wanted(which, value, note, _time(given.get("expires_at", "")))


_HOW = f"write {','.join(COLUMNS)}"


def _cells(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True))]
    except (csv.Error, StopIteration) as error:
        raise BadInput("its quotes do not match", field="line", todo=_HOW) from error


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise BadInput(
            "its expires_at is no time with a time zone", field="expires_at", todo="2027-01-31T00:00:00Z"
        ) from error
