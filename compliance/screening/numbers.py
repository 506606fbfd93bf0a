"""A line of a file of numbers, fast: a list that is never to call has a million of them. Pure.

Only the shape is looked at. Such lists name numbers that nobody has, so a numbering plan is no measure.
"""

from __future__ import annotations

import re

from gateway.kernel.errors import BadInput

_NUMBER = re.compile(r"^\+?([0-9]{3,15})$")
_SEPARATORS = str.maketrans("", "", " ()-.\u00a0")


class NumberLines:
    """`calling_code` ("1") stands before numbers that are written without +; without it, + is needed."""

    def __init__(self, calling_code: str = "") -> None:
        self._code = calling_code
        self._begun = False

    def read(self, text: str) -> int | None:
        """The digits; None for an empty line, a comment (#) and a first line of column names. Raises BadInput.

        Of several columns the first is the number.
        """
        if not text or text[0] == "#":
            return None
        first, self._begun = not self._begun, True
        bare = text.partition(",")[0].strip().strip('"').translate(_SEPARATORS)
        match = _NUMBER.match(bare)
        if match is None:
            if first and not any(character.isdigit() for character in bare):
                return None
            raise BadInput("it is not + and 3 to 15 digits", field="line", todo="write numbers as +15105550100")
        digits = match[1]
        if bare[0] == "+":
            return int(digits)
        if not self._code:
            raise BadInput("it has no +", field="line", todo="give the country's calling_code, or write +")
        if self._code == "1" and len(digits) == 11 and digits[0] == "1":  # a national number there never begins with 1
            return int(digits)
        if len(self._code + digits) > 15:
            raise BadInput("it has more than 15 digits", field="line", todo="write numbers as +15105550100")
        return int(self._code + digits)
