"""An object of JSON, from a file or over REST, as a row. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.campaigns.importing.columns import UNNAMED, Columns
from gateway.campaigns.importing.row import Fault, Row, fault_of
from gateway.kernel.errors import BadInput

VARIABLES = "variables"  # an object of its own; beside it every other name is a variable too
_KNOWN = 1000  # shapes of objects that are remembered; a file has one or two


class Pairs(list[tuple[str, Any]]):
    """An object as it is written: a name may stand in it twice."""


class Objects:
    def __init__(self, columns: Columns) -> None:
        self._columns, self._known = columns, dict[tuple[tuple[str, ...], tuple[str, ...]], list[str | None]]()

    def row(self, line: int, pairs: Sequence[tuple[str, Any]]) -> Row | Fault:
        own = [(name, value) for name, value in pairs if name != VARIABLES]
        nested = [value for name, value in pairs if name == VARIABLES and value is not None]
        if len(nested) > 1 or not all(isinstance(one, Pairs) for one in nested):
            return Fault(line, VARIABLES, "variables is not one object")
        variables: Sequence[tuple[str, Any]] = nested[0] if nested else ()
        try:
            meanings = self._meanings(own, variables)
        except BadInput as error:
            return fault_of(line, error)
        cells: dict[str, str] = {}
        for meaning, (_, value) in zip(meanings, (*own, *variables), strict=True):
            if isinstance(value, list | dict):
                return Fault(line, meaning or "", "it is neither text nor a number; write one value for each name")
            if meaning == UNNAMED and value not in (None, ""):
                return Fault(line, "", "a value has an empty name")
            if meaning and value is not None:
                cells[meaning] = _text(value)
        return Row(line, cells)

    def _meanings(self, own: Sequence[tuple[str, Any]], variables: Sequence[tuple[str, Any]]) -> list[str | None]:
        """Raises BadInput."""
        names = (tuple(name for name, _ in own), tuple(name for name, _ in variables))
        if names not in self._known:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[names] = self._columns.of(*names, what="name")
        return self._known[names]


def _text(value: Any) -> str:
    """As JSON writes it, without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
