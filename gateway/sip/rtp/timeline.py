"""When each packet is due: from RTP timestamps and arrival times, with a delay that follows the jitter. Pure.

The quickest packet of the last seconds says how old audio must at least be; how much slower others were is the
jitter. What the queue towards the room takes up anyway (FREE_MS) needs no delay, so a clean line has none. The delay
rises at once with a late packet and falls by whole frames when the last seconds were calmer.
"""

from __future__ import annotations

from gateway.sip.rtp.codecs import CLOCK_PER_MS
from gateway.sip.rtp.packet import RtpPacket, timestamp_distance

FREE_MS = 20.0
SHORTEST_DELAY_MS = 15.0  # less that nobody needs goes at once: frames are to go as they come, not by the clock
LONGEST_DELAY_MS = 200.0
BUCKET_MS = 1000.0
BUCKETS = 6  # seconds that are remembered
JUMP_MS = 1000.0  # more is another time base, not jitter
LATE_RUN = 5  # packets one after the other, all too late: the road has become longer
BURST_MS = 5.0  # closer together than this is a burst, which says nothing about the road
FRAME_MS = 20.0


class Timeline:
    """Times are milliseconds of any one clock."""

    def __init__(self) -> None:
        self.delay_ms = 0.0
        self._stamp = 0  # RTP timestamp of the newest packet, and the same without its wrap-around
        self._unwrapped = 0
        self._known = False
        self._transit = 0.0
        self._arrived = self._pace = 0.0
        self._late_run = 0
        self._buckets: list[tuple[float, float]] = []
        self._bucket_from = 0.0
        self._least = self._most = 0.0  # of the bucket that is filled now
        self._old_least, self._old_most = float("inf"), float("-inf")

    def arrived(self, packet: RtpPacket, now: float) -> float:
        """Notes a packet of audio; the time it is due, in the past for one that is late."""
        stamp = self._unwrap(packet.timestamp)
        transit = now - stamp
        jump = transit - self._transit
        if not self._known or abs(jump) > JUMP_MS or (packet.marker and abs(jump) > FREE_MS):
            self._begin(transit, now)
        self._note(transit, now)
        self._transit, self._pace, self._arrived = transit, now - self._arrived, now
        return self._base + stamp + self.delay_ms

    def due(self, packet: RtpPacket) -> float:
        """The same for a packet that was noted before."""
        stamp = self._unwrapped + timestamp_distance(packet.timestamp, self._stamp)
        return self._base + stamp / CLOCK_PER_MS + self.delay_ms

    def too_late(self, due: float, now: float) -> bool:
        """True for audio older than any delay allows; a road that stays longer is believed after a few packets."""
        if now - due <= FREE_MS:
            self._late_run = 0
            return False
        self._late_run += self._pace > BURST_MS
        if self._late_run > LATE_RUN:
            self._begin(self._transit, now)
            return False
        return True

    def is_newer(self, packet: RtpPacket) -> bool:
        """True if its audio was spoken after all that has come."""
        return timestamp_distance(packet.timestamp, self._stamp) > 0

    @property
    def spare_ms(self) -> float:
        """How much delay the last seconds did not need."""
        return self.delay_ms - self._wanted()

    def shorten(self) -> None:
        """One frame of audio will be left out."""
        self.delay_ms = max(0.0, self.delay_ms - FRAME_MS)

    def forget(self) -> None:
        """Another sender comes."""
        self._known = False
        self.delay_ms = 0.0

    @property
    def _base(self) -> float:
        return min(self._old_least, self._least)

    def _unwrap(self, timestamp: int) -> float:
        self._unwrapped += timestamp_distance(timestamp, self._stamp)
        self._stamp = timestamp
        return self._unwrapped / CLOCK_PER_MS

    def _begin(self, transit: float, now: float) -> None:
        self._known = True
        self._late_run = 0
        self._buckets.clear()
        self._old_least, self._old_most = float("inf"), float("-inf")
        self._least = self._most = transit
        self._bucket_from = now

    def _note(self, transit: float, now: float) -> None:
        if now - self._bucket_from > BUCKET_MS:
            self._buckets.append((self._least, self._most))
            del self._buckets[:-BUCKETS]
            self._old_least = min(least for least, _ in self._buckets)
            self._old_most = max(most for _, most in self._buckets)
            self._least = self._most = transit
            self._bucket_from = now
        else:
            self._least, self._most = min(self._least, transit), max(self._most, transit)
        wanted = self._wanted()
        if wanted > self.delay_ms or (wanted == 0 and self.delay_ms < SHORTEST_DELAY_MS):
            self.delay_ms = wanted

    def _wanted(self) -> float:
        jitter = max(self._old_most, self._most) - self._base
        return min(LONGEST_DELAY_MS, max(0.0, jitter - FREE_MS))
