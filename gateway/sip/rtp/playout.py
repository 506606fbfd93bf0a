"""The jitter buffer: puts packets in order, lets each go when it is due, says what is missing. Pure.

On a clean line a packet leaves as it comes, and what is missing before it is given up, unless packets have overtaken
each other of late: then it is waited for, for a moment. With jitter all wait as long as `Timeline` says. A stream
that goes on elsewhere (another SSRC, another sequence) is taken up when it has shown itself twice in a row and the
old one is silent.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from gateway.sip.rtp.packet import RtpPacket, sequence_distance
from gateway.sip.rtp.timeline import SHORTEST_DELAY_MS, Timeline

EARLY_MS = 10.0  # half a tick: what would be due before the next one may go now
PATIENCE_MS = 25.0  # for a packet that was overtaken, on a line where that has happened
PATIENT_FOR_S = 10.0
MOST_HELD = 64
LONGEST_GAP = 150  # packets; more is a jump of the sender and no loss
LIVE_FOR_MS = 60.0  # another SSRC does not take a stream that speaks
RUN_TO_RESTART = 2
LATE_RUN_TO_RESTART = 5  # a run of old packets may be one late burst of the network; a restarted sender goes on
REMEMBERED = 128
MOST_SENDERS = 64
CATCH_UP_EVERY_S = 0.2


class Ordered(NamedTuple):
    """`missing` packets are given up before `packet`; `catch_up`: one frame of the delay is to be left out here."""

    missing: int
    packet: RtpPacket
    catch_up: bool = False


class _Held(NamedTuple):
    packet: RtpPacket
    timed: bool
    at: float  # arrival


class Playout:
    """Times are seconds of a monotonic clock. `lost`, `late`, `duplicates`, `restarts` count packets."""

    def __init__(self) -> None:
        self.lost = 0
        self.late = 0
        self.duplicates = 0
        self.restarts = 0
        self.gaps = 0  # losses in a row count once
        self.received = 0
        self.timeline = Timeline()
        self.ssrc: int | None = None
        self.highest = 0  # sequence number with its wrap-arounds above (RFC 3550 §A.1)
        self._next = 0
        self._heard_at = 0.0
        self._caught_up_at = float("-inf")
        self._patient_until = float("-inf")
        self._held: dict[int, _Held] = {}
        self._given_up: OrderedDict[int, None] = OrderedDict()
        self._runs: OrderedDict[int, tuple[int, int]] = OrderedDict()  # SSRC → next sequence, packets in a row

    def add(self, packet: RtpPacket, now: float, *, timed: bool = True) -> None:
        """`timed` is False for packets whose timestamp is not that of their audio (telephone events)."""
        if self.ssrc is None:
            self._restart(packet)
        elif packet.ssrc != self.ssrc:
            silent = (now - self._heard_at) * 1000 > LIVE_FOR_MS
            if not (self._continues(packet) >= RUN_TO_RESTART and silent):
                return
            self._restart(packet)
        else:
            ahead = sequence_distance(packet.sequence, self._next)
            if (ahead < 0 or ahead > LONGEST_GAP) and not self._believed(packet, ahead, now):
                return
        self._heard_at = now
        self._take(packet, now, timed)

    def release(self, now: float) -> list[Ordered]:
        """What is due by now, in order; ask after every `add` and on every tick of the clock."""
        left: list[Ordered] = []
        while self._held:
            held, missing = self._held.get(self._next), 0
            if held is None:
                nearest = min(self._held, key=lambda sequence: sequence_distance(sequence, self._next))
                missing = sequence_distance(nearest, self._next)
                held = self._held[nearest]
            if not self._is_due(held, missing, now):
                break
            self._give_up(missing)
            self._held.pop(held.packet.sequence)
            self._next = (held.packet.sequence + 1) & 0xFFFF
            left.append(Ordered(missing, held.packet, held.timed and self._catches_up(now)))
        return left

    def _is_due(self, held: _Held, missing: int, now: float) -> bool:
        at = self.timeline.due(held.packet) if held.timed else held.at * 1000 + self.timeline.delay_ms
        if missing:  # lost, as a rule: whoever waits for it makes a longer hole
            patience = PATIENCE_MS if now < self._patient_until else 0.0
            at += max(0.0, patience - self.timeline.delay_ms)
        else:
            at -= EARLY_MS
        return now * 1000 >= at or len(self._held) > MOST_HELD

    def _catches_up(self, now: float) -> bool:
        """True when one frame of the delay is not needed any more: it is joined to the next, due as much earlier."""
        if self.timeline.spare_ms < SHORTEST_DELAY_MS or now < self._caught_up_at + CATCH_UP_EVERY_S:
            return False
        self._caught_up_at = now
        self.timeline.shorten()
        return True

    def _take(self, packet: RtpPacket, now: float, timed: bool) -> None:
        if packet.sequence in self._held:
            self.duplicates += 1
            return
        self.received += 1
        ahead = sequence_distance(packet.sequence, self.highest & 0xFFFF)
        self.highest = max(self.highest, self.highest + ahead)
        if timed:
            due = self.timeline.arrived(packet, now * 1000)
            if self.timeline.too_late(due, now * 1000):
                self._skip_to(packet)
                return
        self._held[packet.sequence] = _Held(packet, timed, now)

    def _skip_to(self, packet: RtpPacket) -> None:
        """Audio that is too old to be heard: it came, but late."""
        self.late += 1
        if packet.sequence == self._next:
            self._next = (packet.sequence + 1) & 0xFFFF

    def _give_up(self, missing: int) -> None:
        if not missing:
            return
        self.lost += missing
        self.gaps += 1
        for back in range(missing):
            self._given_up[(self._next + back) & 0xFFFF] = None
        while len(self._given_up) > REMEMBERED:
            self._given_up.popitem(last=False)

    def _believed(self, packet: RtpPacket, ahead: int, now: float) -> bool:
        """A packet from behind, or from far ahead: late, a duplicate, or the first of a sender that restarted."""
        run = self._continues(packet)
        newer = ahead > 0 or self.timeline.is_newer(packet)
        if run >= (RUN_TO_RESTART if newer else LATE_RUN_TO_RESTART):
            self._restart(packet)
            return True
        if packet.sequence in self._given_up:
            del self._given_up[packet.sequence]
            self._patient_until = now + PATIENT_FOR_S
            self.lost -= 1
            self.received += 1
            self.late += 1
        elif ahead < 0:
            self.duplicates += 1
        return False

    def _continues(self, packet: RtpPacket) -> int:
        """How many packets in a row of its sender this one makes that did not fit."""
        expected, run = self._runs.pop(packet.ssrc, (-1, 0))
        run = run + 1 if packet.sequence == expected else 1
        self._runs[packet.ssrc] = ((packet.sequence + 1) & 0xFFFF, run)
        if len(self._runs) > MOST_SENDERS:
            self._runs.popitem(last=False)
        return run

    def _restart(self, packet: RtpPacket) -> None:
        if self.ssrc is not None:
            self.restarts += 1
        if packet.ssrc != self.ssrc:
            self.timeline.forget()
        self.ssrc, self._next, self.highest = packet.ssrc, packet.sequence, packet.sequence
        self._held.clear()
        self._given_up.clear()
        self._runs.clear()
