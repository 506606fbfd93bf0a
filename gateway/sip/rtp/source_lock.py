"""Which address may send us audio: the negotiated one, and never a stranger.

The address of the SDP is believed at once. A phone behind a NAT writes an address of its own network
into its SDP; its audio comes from where its SIP comes from, and from a port of the NAT's choice. Either
host is followed to another port after a few good packets in a row, as long as the stream is silent.
"""

from __future__ import annotations

Address = tuple[str, int]

PACKETS_TO_LATCH = 3
SILENCE_BEFORE_RELATCH_S = 1.0


class SourceLock:
    def __init__(self, negotiated: Address, signalling_host: str = "") -> None:
        self._signalling_host = signalling_host
        self._expect(negotiated)

    def _expect(self, negotiated: Address) -> None:
        self.negotiated = negotiated
        self.latched: Address | None = None
        self._heard_at = float("-inf")
        self._candidate: Address | None = None
        self._run = 0

    @property
    def target(self) -> Address:
        """Where our own packets go: back to where the peer really sends from (symmetric RTP)."""
        return self.latched or self.negotiated

    def retarget(self, negotiated: Address) -> None:
        """A re-INVITE named another address."""
        if negotiated != self.negotiated:
            self._expect(negotiated)

    def might_admit(self, source: Address) -> bool:
        """True for the hosts that audio of this call may come from at all; changes nothing."""
        return source == self.latched or source[0] in (self.negotiated[0], self._signalling_host)

    def admits(self, source: Address, *, payload_type_known: bool, now: float) -> bool:
        """True if a packet from `source` belongs to this call."""
        if source == self.latched or source == self.negotiated:
            self.latched = source
            self._heard_at = now
            self._candidate, self._run = None, 0
            return True
        if source[0] not in (self.negotiated[0], self._signalling_host) or not payload_type_known:
            return False
        if now - self._heard_at < SILENCE_BEFORE_RELATCH_S:
            return False
        self._run = self._run + 1 if source == self._candidate else 1
        self._candidate = source
        if self._run < PACKETS_TO_LATCH:
            return False
        self.latched = source
        self._heard_at = now
        return True
