"""A human on the phone hands the caller back to the agent by keys. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from gateway.calls.facts import DigitPressed

BACK = "**"
WITHIN = timedelta(seconds=3)


def asks_back(keys: Sequence[DigitPressed]) -> bool:
    """Two stars in a row, at any time. `keys` in the order in which they were pressed."""
    pairs = pairwise(keys)
    return any(first.pii.digit + second.pii.digit == BACK and second.at - first.at <= WITHIN for first, second in pairs)
