"""CSV as we write it: what a spreadsheet would take for a formula is text in it. Pure.

OWASP, CSV Injection: a cell that begins like a formula gets an apostrophe in front; every cell stands in quotes.
"""

from __future__ import annotations

from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_cell(text: str) -> str:
    """With its quotes. A number gets an apostrophe too, or its + would be lost; an import takes it off again."""
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + guarded.replace('"', '""') + '"'


def csv_line(cells: Iterable[str]) -> str:
    """As RFC 4180 ends it."""
    return ",".join(csv_cell(one) for one in cells) + "\r\n"
