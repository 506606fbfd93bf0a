"""A row of a file, and why one is no contact. Pure."""

from __future__ import annotations

from typing import NamedTuple

from gateway.kernel.errors import BadInput

LONGEST_ROW = 64 * 1024  # characters, with its names and quotes
LONGEST_REASON = 200  # as the table has it
FIELDS = ("number", "ref", "place", "line", "not_before")


class Row(NamedTuple):
    """`line`: of the file, where the row begins; the first is 1. `cells`: by field, or by name of a variable."""

    line: int
    cells: dict[str, str]


class Fault(NamedTuple):
    """A row that is no contact. `field`: "" when it is the row as a whole. The reason tells nothing of its content."""

    line: int
    field: str
    reason: str


def fault_of(line: int, error: BadInput) -> Fault:
    reason = f"{error.detail}; {error.todo}" if error.todo else error.detail
    return Fault(line, error.field or "", reason[:LONGEST_REASON])
