"""RTCP of one flow: our reports about the peer's audio, its reports about ours, the quality they tell of."""

from __future__ import annotations

from gateway.sip.rtp import quality, rtcp, rtcp_read
from gateway.sip.rtp.codecs import CLOCK_PER_MS
from gateway.sip.rtp.incoming import Incoming
from gateway.sip.rtp.outgoing import Outgoing

DEVICE_MS = 20.0  # packetisation at the far end; what its own buffer adds is not known
SMOOTHING = 8


class Reception:
    """Times: `now` is monotonic, `wall` is Unix time, both in seconds."""

    def __init__(self, incoming: Incoming, outgoing: Outgoing, codec: str) -> None:
        self.codec = codec
        self.rtt_ms: float | None = None
        self.peer_left = False
        self._incoming, self._outgoing = incoming, outgoing
        self._theirs: rtcp_read.Block | None = None
        self._sender_middle = 0
        self._sender_at = 0.0
        self._expected = self._lost = 0  # at the last report

    def take(self, datagram: bytes, now: float, wall: float) -> bool:
        """Reads a compound packet; False for one that is none."""
        heard = rtcp_read.read(datagram)
        if heard is None:
            return False
        if heard.sender_middle is not None:
            self._sender_middle, self._sender_at = heard.sender_middle, now
        for block in heard.blocks:
            if block.ssrc == self._outgoing.ssrc:
                self._theirs = block
                rtt = rtcp_read.round_trip_ms(block, rtcp.middle(wall))
                if rtt is not None:
                    self.rtt_ms = rtt if self.rtt_ms is None else self.rtt_ms + (rtt - self.rtt_ms) / SMOOTHING
        self.peer_left = self.peer_left or self._incoming.playout.ssrc in heard.left
        return True

    def report(self, cname: str, now: float, wall: float, *, bye: bool = False) -> bytes:
        """The compound packet that is due now."""
        playout, sent = self._incoming.playout, self._outgoing
        expected, lost = playout.received + playout.lost, playout.lost
        interval, gone = expected - self._expected, lost - self._lost
        self._expected, self._lost = expected, lost
        report = rtcp.Report(
            ssrc=sent.ssrc, timestamp=sent.timestamp, packets=sent.packets, octets=sent.octets,
            heard_ssrc=playout.ssrc, lost=lost, fraction_lost=gone / interval if interval > 0 and gone > 0 else 0.0,
            highest_sequence=playout.highest, jitter=int(self._incoming.jitter),
            last_sr=self._sender_middle, since_last_sr_s=now - self._sender_at,
        )  # fmt: skip
        return rtcp.compound(report, cname, wall=wall, bye=bye)

    @property
    def figures(self) -> dict[str, float]:
        """What we hear, and what they report of hearing us; a value that is not known is absent."""
        playout = self._incoming.playout
        expected = playout.received + playout.lost
        loss = 100 * max(0, playout.lost) / expected if expected else 0.0
        delay = (self.rtt_ms or 0.0) / 2 + DEVICE_MS + playout.timeline.delay_ms
        figures = {
            "jitter_ms": round(self._incoming.jitter / CLOCK_PER_MS, 2),
            "playout_ms": round(playout.timeline.delay_ms, 1),
            "loss_percent": round(loss, 2),
        }
        if expected:
            burst = quality.burst_ratio(playout.lost, playout.gaps, loss)
            figures["mos"] = self._mos(delay, loss, burst)
        if self.rtt_ms is not None:
            figures["rtt_ms"] = round(self.rtt_ms, 2)
        if self._theirs:
            sent = max(1, self._outgoing.packets)
            their_loss = min(100.0, 100 * max(0, self._theirs.lost) / sent)
            figures |= {
                "remote_lost": self._theirs.lost,
                "remote_jitter_ms": round(self._theirs.jitter / CLOCK_PER_MS, 2),
                "remote_loss_percent": round(their_loss, 2),
                "remote_mos": self._mos((self.rtt_ms or 0.0) / 2 + DEVICE_MS, their_loss, 1.0),
            }
        return figures

    def _mos(self, delay_ms: float, loss_percent: float, burst: float) -> float:
        r = quality.rating(self.codec, one_way_ms=delay_ms, loss_percent=loss_percent, burst=burst)
        return round(quality.mos(r), 2)
