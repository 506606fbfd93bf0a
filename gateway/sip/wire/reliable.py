"""Provisional responses that must arrive (RFC 3262): numbers, acknowledgements, repeats. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sip.wire.message import Message, Request, Response
from gateway.sip.wire.transactions import LIFETIME, T1

TAG = "100rel"


def names(message: Message, header: str) -> bool:
    """True when `header` (Supported, Require) names 100rel."""
    return any(tag.strip().lower() == TAG for value in message.all(header) for tag in value.split(","))


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 else None


@dataclass
class ReliableRinging:
    """One reliable provisional response of ours: repeated until its PRACK, given up after 64×T1."""

    rseq: int
    cseq: int
    raw: bytes
    due_in: float = T1
    waited: float = 0.0
    acknowledged: bool = False

    def repeat(self) -> float | None:
        """Called when `due_in` is over: seconds until the next time, None when there is no more hope."""
        self.waited += self.due_in
        if self.waited >= LIFETIME:
            return None
        self.due_in = min(self.due_in * 2, LIFETIME - self.waited)
        return self.due_in

    def prack(self, request: Request) -> bool:
        """True when `request` acknowledges this response (RAck: RSeq, CSeq number, method)."""
        parts = request.get("RAck").split()
        matches = len(parts) == 3 and (_number(parts[0]), _number(parts[1])) == (self.rseq, self.cseq)
        self.acknowledged = self.acknowledged or (matches and parts[2].upper() == "INVITE")
        return matches


@dataclass
class ReliableHeard:
    """The other side's reliable responses of one early dialog, each taken once and in order (§4)."""

    _last: int | None = None

    def take(self, response: Response) -> str | None:
        """The RAck to send, or None for one that was taken already or came out of order."""
        number = _number(response.get("RSeq"))
        if number is None or not names(response, "Require"):
            return None
        if self._last is not None and number != self._last + 1:
            return None
        self._last = number
        cseq, method = response.cseq
        return f"{number} {cseq} {method}"
