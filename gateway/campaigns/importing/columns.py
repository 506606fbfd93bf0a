"""What the columns of a file are: the number, what we know of it, variables for the agent. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Never

from gateway.campaigns.importing.row import FIELDS
from gateway.kernel.errors import BadInput

NUMBER_NAMES = ("number", "phone", "phone_number", "telephone", "msisdn")
MOST_COLUMNS, MOST_VARIABLES = 64, 32
UNNAMED = ""  # a column that may hold nothing
_OWN = {name: name for name in FIELDS[1:]} | {"id": "ref"}
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HOW = "name the columns in the first line, one of them number, as in number,ref,first_name"


def plain_name(text: str) -> str:
    """As columns and variables are compared: `First Name` is first_name."""
    return "_".join(text.strip().lower().split())


class Columns:
    """`number_column`: the name of the column with the number, when the client says it."""

    def __init__(self, number_column: str | None = None) -> None:
        self._number = plain_name(number_column) if number_column else None

    def of(self, names: Sequence[str], variables: Sequence[str] = (), what: str = "column") -> list[str | None]:
        """The field or variable of each name; None for one that begins with _ and is left out, as columns of our own
        exports are; then `variables`, whatever they are called. `what` a name belongs to, for the words of BadInput,
        which tell names by their place: where a file has no line of names, they are somebody's number."""
        if len(names) + len(variables) > MOST_COLUMNS:
            _refuse(f"there are more than {MOST_COLUMNS} {what}s", "leave out what the agent does not need")
        found = [self._meaning(plain_name(name), place, what) for place, name in enumerate(names, 1)]
        found += [_variable(plain_name(name), place, what) for place, name in enumerate(variables, len(names) + 1)]
        for field in FIELDS:
            if (times := found.count(field)) > 1:
                places = " and ".join(str(place) for place, one in enumerate(found, 1) if one == field)
                ways = f"name one of the {times}: number_column" if field == "number" else "rename all but one"
                _refuse(f"the {what}s {places} both are the {field}", ways)
        named = [one for one in found if one and one not in FIELDS]
        if len(set(named)) < len(named):
            twice = next(place for place, one in enumerate(found, 1) if one in named and found.index(one) < place - 1)
            _refuse(f"{what} {twice} has the name of one before it", "give every variable a name of its own")
        if len(named) > MOST_VARIABLES:
            _refuse(f"there are more than {MOST_VARIABLES} variables", "leave out what the agent does not need")
        return found

    def of_header(self, names: Sequence[str]) -> list[str | None]:
        """Those of a file's first line. Raises BadInput also when no column is the number."""
        found = self.of(names)
        if "number" not in found:
            lacking = f"no column is called {' or '.join(NUMBER_NAMES)}"
            if self._number:
                lacking = "no column has the name that number_column gives"
            raise BadInput(lacking, code="contacts.no_number_column", field="number_column", todo=_HOW)
        return found

    def _meaning(self, name: str, place: int, what: str) -> str | None:
        if not name:
            return UNNAMED
        if name.startswith("_"):
            return None
        if name == self._number or (self._number is None and name in NUMBER_NAMES):
            return "number"
        if name in _OWN:
            return _OWN[name]
        return _variable(name, place, what)


def _variable(name: str, place: int, what: str) -> str:
    if name in FIELDS or not _VARIABLE.fullmatch(name):
        _refuse(
            f"{what} {place} has a name that no variable may have",
            f"begin with a letter, then letters, digits and _, 40 at most; not {', '.join(FIELDS)}",
        )
    return name


def _refuse(detail: str, todo: str) -> Never:
    raise BadInput(detail, code="contacts.columns", field="header", todo=todo)
