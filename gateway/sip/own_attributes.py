"""What a leg tells of itself in its room. Others act on it (an agent speaks once the call is `active`), so what does
not come back from LiveKit is told again: a request may be lost with a connection that breaks just then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from gateway.kernel.logs import get_logger

TRIES = 5
BACK_WITHIN_S = 2.0

_log = get_logger(__name__)


class Participant(Protocol):
    """`livekit.rtc.LocalParticipant`: `attributes` are as LiveKit has them."""

    @property
    def attributes(self) -> Mapping[str, str]: ...

    async def set_attributes(self, attributes: dict[str, str]) -> None: ...


class OwnAttributes:
    def __init__(self) -> None:
        self._wanted: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Event()

    def heed_change(self) -> None:
        """LiveKit has told of attributes that have changed."""
        self._changed.set()

    async def tell(self, attributes: Mapping[str, str], own: Participant | None) -> None:
        """Returns once the room has them, or could not be told. An empty value takes one away; without `own`, the next
        time tells."""
        self._wanted |= attributes
        async with self._one_at_a_time:
            for _ in range(TRIES):
                missing = self._missing(own) if own is not None else {}
                if own is None or not missing:
                    return
                self._changed.clear()
                await own.set_attributes(missing)
                await self._back(own)
            _log.warning("attributes_not_told")

    async def tell_again(self, own: Participant) -> None:
        """All of them, once more. LiveKit writes what its lists show from two places at once, and the older writing may
        be the last (`roomStore.StoreParticipant`, 1.13.5): who is in the room sees more than who asks about it."""
        async with self._one_at_a_time:
            await own.set_attributes(dict(self._wanted))

    async def _back(self, own: Participant) -> None:
        try:
            async with asyncio.timeout(BACK_WITHIN_S):
                while self._missing(own):
                    await self._changed.wait()
                    self._changed.clear()
        except TimeoutError:
            return

    def _missing(self, own: Participant) -> dict[str, str]:
        return {name: value for name, value in self._wanted.items() if own.attributes.get(name, "") != value}
