"""Others than the call itself who want to know who comes into its room, and goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.calls.call import Call
from gateway.calls.ports import RoomEvent


class RoomWatcher(Protocol):
    async def heed(self, event: RoomEvent, calls: Sequence[Call]) -> None:
        """A verified webhook about the room of these open calls."""
        ...

    async def look(self) -> None:
        """Every few seconds: webhooks may be lost."""
        ...
