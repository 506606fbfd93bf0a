"""JSON without card numbers: arguments of tools, bodies of webhooks. Pure.

Every text is looked at, in the order it is written, as if one speaker had said it: a number that is spread over several
fields is found too. The name of a field counts as a word said before it. What is exempt says `exempt.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.cards.check import is_card
from compliance.redaction.call import CallRedactor
from compliance.redaction.exempt import CODE_NAMES, EXPIRY_NAMES, NUMBER_NAMES, is_exempt, snake
from compliance.redaction.marks import Label

DEEPEST = 64
_DIGIT = re.compile(r"\d")
_NAMED = {
    **dict.fromkeys(NUMBER_NAMES, Label.NUMBER),
    **dict.fromkeys(CODE_NAMES, Label.CODE),
    **dict.fromkeys(EXPIRY_NAMES, Label.EXPIRY),
}


def redact_value(value: Any) -> Any:
    """A copy of `value` with labels in place of digits; what is neither mapping, list, text nor number stays as it is.

    Raises ValueError when it is nested deeper than 64.
    """
    walk = _Walk()
    outline = walk.see(value, "", 0)
    return walk.filled(outline)


class _Place:
    """Where a text stood; `segment` is its number in the redactor."""

    __slots__ = ("segment",)

    def __init__(self, segment: int) -> None:
        self.segment = segment


class _Walk:
    def __init__(self) -> None:
        self._redactor = CallRedactor()
        self._texts: dict[int, str] = {}
        self._named = ""

    def see(self, value: Any, name: str, depth: int) -> Any:
        """The same shape with places instead of texts."""
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST}")
        if isinstance(value, Mapping):
            return {self._key(key): self.see(one, str(key), depth + 1) for key, one in value.items()}
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            return [self.see(one, name, depth + 1) for one in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value, name)
        return value

    def filled(self, outline: Any) -> Any:
        if isinstance(outline, dict):
            return {
                self.filled(key) if isinstance(key, _Place) else key: self.filled(one) for key, one in outline.items()
            }
        if isinstance(outline, list):
            return [self.filled(one) for one in outline]
        return self._texts[outline.segment] if isinstance(outline, _Place) else outline

    def _key(self, key: Any) -> Any:
        return self._take(key) if isinstance(key, str) and _DIGIT.search(key) else key

    def _text(self, text: str, name: str) -> Any:
        label = _NAMED.get(snake(name).replace("_", ""))
        if label and _DIGIT.search(text):
            return label.value
        if is_exempt(name):
            return text
        self._name(name)
        return self._take(text)

    def _name(self, name: str) -> None:
        if name and name != self._named:
            self._named = name
            self._take(_DIGIT.sub(" ", snake(name).replace("_", " ")))

    def _number(self, value: float, name: str) -> Any:
        if label := _NAMED.get(snake(name).replace("_", "")):
            return label.value
        if is_exempt(name):
            return value
        digits = str(value) if isinstance(value, int) else f"{value:.0f}" if value.is_integer() else ""
        return Label.NUMBER.value if is_card(digits) else value

    def _take(self, text: str) -> _Place:
        found = self._redactor.take("", text, 0)
        self._texts[found.id] = found.text
        for earlier in found.earlier:
            self._texts[earlier.id] = earlier.text
        return _Place(found.id)
