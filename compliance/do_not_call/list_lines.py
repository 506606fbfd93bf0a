"""A line of a do-not-call list: a number, or area code and number apart as registers deliver them. Pure."""

from __future__ import annotations

import re

from compliance.screening.numbers import NumberLines
from gateway.kernel.errors import BadInput

_APART = re.compile(r'^"?([2-9][0-9]{2})"?[,;\t ]"?([0-9]{7})"?$')  # the flat file of the US registry
_NORTH_AMERICAN = "1"
_WHOLE = 11  # digits of a North American number with its 1


class ListLines:
    """`calling_code` ("1") stands before numbers that are written without +."""

    def __init__(self, calling_code: str = "") -> None:
        self._code, self._lines = calling_code, NumberLines(calling_code)

    def read(self, text: str) -> int | None:
        """The digits; None for an empty line, a comment (#) and a first line of column names. Raises BadInput."""
        if match := _APART.match(text):
            if self._code != _NORTH_AMERICAN:
                raise BadInput("area code and number are apart", field="line", todo="give the calling_code 1")
            return int(f"1{match[1]}{match[2]}")
        number = self._lines.read(text)
        if number is not None and str(number)[0] == _NORTH_AMERICAN and len(str(number)) != _WHOLE:
            raise BadInput("it has not the 10 digits of North America", field="line", todo="write it as +15105550100")
        return number
