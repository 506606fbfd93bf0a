"""Keys on their way to a tokeniser: held in one place that can be wiped, and that shows nothing of them."""

from __future__ import annotations

from typing import NoReturn


class Keys:
    """At most `most` digits. Neither repr, pickle nor an exception tells more than how many.

    What a check or a request takes out of `digits` is a copy that nobody wipes: take it late, keep it nowhere.
    """

    __slots__ = ("_digits", "_length")

    def __init__(self, most: int = 64) -> None:
        self._digits = bytearray(most)
        self._length = 0

    def add(self, key: str) -> None:
        """One digit. What is more than there is room for is dropped."""
        if self._length < len(self._digits) and len(key) == 1 and "0" <= key <= "9":
            self._digits[self._length] = ord(key)
            self._length += 1

    @property
    def digits(self) -> memoryview:
        """ASCII; the view is of the place itself, and is empty of meaning once that is wiped."""
        return memoryview(self._digits)[: self._length].toreadonly()

    def wipe(self) -> None:
        for place in range(len(self._digits)):
            self._digits[place] = 0
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        return f"<{self._length} keys>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not to be written down")
