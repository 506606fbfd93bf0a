"""Puts packets back in order without holding a stream that is in order.

A packet that comes in turn leaves at once. One that comes early waits for the missing one, but
never longer than one more packet or `overdue_s`. A stream that restarts elsewhere is taken up
after two packets in order.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.sip.rtp.packet import RtpPacket, sequence_distance, timestamp_distance

WAIT_PACKETS = 2
OVERDUE_S = 0.045
# A run of old packets may be one late burst of the network; a restarted sender goes on and on.
LATE_RUN_BEFORE_RESTART = 5


class Ordered(NamedTuple):
    """`missing` packets are given up before `packet`."""

    missing: int
    packet: RtpPacket


class ReorderBuffer:
    def __init__(self) -> None:
        self.lost = 0
        self.late = 0
        self.restarts = 0
        self._ssrc: int | None = None
        self._next = 0
        self._last_timestamp = 0
        self._held: dict[int, RtpPacket] = {}
        self._held_since = 0.0
        self._stray_next: int | None = None
        self._stray_run = 0

    def add(self, packet: RtpPacket, now: float) -> list[Ordered]:
        """What may leave now that `packet` has come; `now` is monotonic seconds."""
        if packet.ssrc != self._ssrc:
            return self._restart(packet)
        ahead = sequence_distance(packet.sequence, self._next)
        if ahead < 0:
            return self._stray(packet)
        self._stray_next, self._stray_run = None, 0
        if ahead == 0:
            return [self._leave(0, packet), *self._in_turn()]
        if packet.sequence in self._held:
            self.late += 1
            return []
        if not self._held:
            self._held_since = now
        self._held[packet.sequence] = packet
        return self._give_up() if len(self._held) >= WAIT_PACKETS else []

    def overdue(self, now: float) -> list[Ordered]:
        """What waited too long for a packet that did not come; ask on every clock tick."""
        if not self._held or now - self._held_since < OVERDUE_S:
            return []
        return self._give_up()

    def _give_up(self) -> list[Ordered]:
        nearest = min(self._held, key=lambda sequence: sequence_distance(sequence, self._next))
        missing = sequence_distance(nearest, self._next)
        self.lost += missing
        return [self._leave(missing, self._held.pop(nearest)), *self._in_turn()]

    def _in_turn(self) -> list[Ordered]:
        left: list[Ordered] = []
        while (packet := self._held.pop(self._next, None)) is not None:
            left.append(self._leave(0, packet))
        return left

    def _leave(self, missing: int, packet: RtpPacket) -> Ordered:
        self._next = (packet.sequence + 1) & 0xFFFF
        self._last_timestamp = packet.timestamp
        return Ordered(missing, packet)

    def _stray(self, packet: RtpPacket) -> list[Ordered]:
        in_run = packet.sequence == self._stray_next
        self._stray_run = self._stray_run + 1 if in_run else 1
        self._stray_next = (packet.sequence + 1) & 0xFFFF
        newer = timestamp_distance(packet.timestamp, self._last_timestamp) > 0
        if self._stray_run >= (2 if newer else LATE_RUN_BEFORE_RESTART):
            return self._restart(packet)
        self.late += 1
        return []

    def _restart(self, packet: RtpPacket) -> list[Ordered]:
        if self._ssrc is not None:
            self.restarts += 1
        self._ssrc = packet.ssrc
        self._held.clear()
        self._stray_next, self._stray_run = None, 0
        return [self._leave(0, packet)]
