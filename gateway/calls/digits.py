"""Keys the caller pressed. Pure: the agent hears a key from the room itself, we only keep that it came.

A digit of a secure capture never becomes a fact, and one of a long run comes without what it was, so there is nothing
to mask here.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.calls.events import Event
from gateway.calls.facts import DigitPressed


def pressed(events: Iterable[Event]) -> list[DigitPressed]:
    """The keys in the order in which they were pressed, whatever order they were reported in."""
    keys = [event.what for event in events if isinstance(event.what, DigitPressed)]
    return sorted(keys, key=lambda key: (key.at, key.seq))
