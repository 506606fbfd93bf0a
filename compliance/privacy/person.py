"""A person as we know one, a telephone number; and taking one out of what is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Person:
    """`number`: E.164."""

    number: str

    @property
    def digits(self) -> str:
        return self.number.removeprefix("+")

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![0-9])(?:\+|00|011)?{self.digits}(?![0-9])")

    def is_in(self, value: Any) -> bool:
        """True when a text anywhere in this JSON, or the name of a field, has the number: whole, not within another."""
        if isinstance(value, str):
            return self._form.search(value) is not None
        if isinstance(value, Mapping):
            return any(self.is_in(name) or self.is_in(one) for name, one in value.items())
        if isinstance(value, list | tuple):
            return any(self.is_in(one) for one in value)
        return isinstance(value, int) and str(value) == self.digits

    def taken_out(self, value: Any) -> Any:
        """The same JSON without the number: nothing stands in its place."""
        if isinstance(value, str):
            return self._form.sub("", value)
        if isinstance(value, Mapping):
            return {self._form.sub("", str(name)): self.taken_out(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.taken_out(one) for one in value]
        return 0 if isinstance(value, int) and str(value) == self.digits else value


def emptied(value: Any) -> Any:
    """JSON of the same shape that says nothing: whoever reads it finds each field, and no text in it."""
    if isinstance(value, str):
        return ""
    if isinstance(value, Mapping):
        return {str(name): emptied(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return []
    return value if value is None or isinstance(value, bool) else 0


def says_something(value: Any) -> bool:
    """Whether `emptied` would take anything away."""
    return bool(value) and value != emptied(value)
