"""Waits for the end of one REFER: its response, its NOTIFYs, or the end of the call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.refer import ReferOutcome, event_id, is_refer_event, outcome_of, read_notify

RESPONSE_WITHIN_S = 0.5  # of a BYE that overtook it


class ReferWatch:
    """`await outcome`. `number` is the CSeq of the REFER; a second try of it (after a challenge) has the next one."""

    def __init__(self, number: int, on_progress: Callable[[int], None]) -> None:
        self.number = number
        self.outcome: asyncio.Future[ReferOutcome] = asyncio.get_running_loop().create_future()
        self._on_progress = on_progress
        self._code = 0
        self._answered = self._left = False

    def accepted(self, response: Response) -> None:
        """The response to the REFER itself; a 2xx without a subscription tells no end (RFC 4488)."""
        self._answered = True
        if response.status >= 300:
            self._set(ReferOutcome("failure", response.status, response.reason))
        elif self._left:
            self._gone()
        elif response.get("Refer-Sub").split(";")[0].strip().lower() == "false":
            self._set(ReferOutcome("unknown", 0, "the other side will not tell the end"))

    def concerns(self, request: Request) -> bool:
        if not is_refer_event(request):
            return False
        number = event_id(request)
        return number is None or number in (self.number, self.number + 1)

    def notified(self, request: Request) -> None:
        said = read_notify(request)
        if said.code:
            self._code = said.code
            self._on_progress(said.code)
        if outcome := outcome_of(said, self._code):
            self._set(outcome)

    def peer_left(self) -> None:
        """Its BYE may be read in the same moment as its refusal, which then counts: so that is waited for a moment."""
        self._left = True
        if self._answered:
            self._gone()
        else:
            asyncio.get_running_loop().call_later(RESPONSE_WITHIN_S, self._gone)

    def call_ended(self) -> None:
        if not self._left:
            self._set(ReferOutcome("unknown", self._code, "the call ended before the end was known"))

    def timed_out(self) -> ReferOutcome:
        if self._left:
            self._gone()
        self._set(ReferOutcome("unknown", self._code, "the other side did not tell the end in time"))
        return self.outcome.result()

    def _gone(self) -> None:
        self._set(ReferOutcome("unknown", self._code, "the other side hung up before it told the end", peer_left=True))

    def _set(self, outcome: ReferOutcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)
