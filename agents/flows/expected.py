"""What the caller is expected to answer just now, for ears and for who waits for the end of a turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from agents.flows.fields import FlowField
from agents.flows.values import is_whole


class Expected:
    """Of one call. Nothing while no flow asks."""

    def __init__(self) -> None:
        self.field: FlowField | None = None
        self._today = date.min

    def expect(self, field: FlowField | None, today: date = date.min) -> None:
        """From now on; None: nothing."""
        self.field, self._today = field, today

    @property
    def yes_or_no(self) -> bool:
        return self.field is not None and self.field.type == "yes_no"

    def digits(self, otherwise: Callable[[], int]) -> int:
        """How many ears listen for: a number that is keyed in need not be one that is said digit by digit."""
        return self.field.spoken_digits if self.field else otherwise()

    def is_whole(self, text: str) -> bool | None:
        """Whether an answer is all that was asked for; None: the words alone say it."""
        return is_whole(self.field, text, self._today) if self.field else None
