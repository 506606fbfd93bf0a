"""Our offers in a dialog: one after the other, none while one of theirs is open, again after both crossed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from gateway.sip.wire.calls import Headers
from gateway.sip.wire.message import Response

TRIES = 4  # when the other side's cross ours
SDP = "application/sdp"
Ask = Callable[[str, Headers, bytes], Awaitable[Response]]


class OurOffers:
    """`ask(method, headers, body)` sends one request of the dialog and gives its final response.

    Who owns the Call-ID waits longer after a glare (RFC 3261 §14.1).
    """

    def __init__(self, ask: Ask, *, owns_call_id: bool) -> None:
        self._ask, self._owns_call_id = ask, owns_call_id
        self._turn = asyncio.Lock()
        self._theirs_closed = asyncio.Event()
        self._theirs_closed.set()
        self.is_open = False  # one of ours is on its way

    def theirs_opened(self) -> None:
        self._theirs_closed.clear()

    def theirs_closed(self) -> None:
        """Acknowledged, or the call is over."""
        self._theirs_closed.set()

    async def make(self, sdp: bytes, headers: Headers) -> Response:
        """The final response to a re-INVITE with `sdp`."""
        async with self._turn:
            response = Response()
            for _ in range(TRIES):
                await self._theirs_closed.wait()
                self.is_open = True
                try:
                    response = await self._ask("INVITE", [("Content-Type", SDP), *headers], sdp)
                finally:
                    self.is_open = False
                if response.status != 491:
                    break
                await asyncio.sleep(random.uniform(2.1, 4.0) if self._owns_call_id else random.uniform(0.0, 2.0))
            return response
