"""Telephone events (RFC 4733): keys in the RTP stream, received and sent.

Received: reported when the event starts, once per RTP timestamp, so lost end packets lose no key
and late copies add none. Sent: one packet per 20 ms, the end three times (§2.5.1).
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from typing import NamedTuple

from gateway.kernel.errors import BadInput
from gateway.sip.rtp.packet import RtpPacket, timestamp_distance

KEYS = "0123456789*#ABCD"
TICK_MS = 20
TICK_UNITS = 160  # timestamp units of one tick at 8 kHz
LONGEST_UNITS = 0xFFFF
VOLUME = 10  # -10 dBm0
END_PACKETS = 3
PAUSE_MS = 500
_EVENT = struct.Struct("!BBH")
_REMEMBERED = 64
_RESTART_UNITS = 8000 * 10  # a timestamp this far back is a restarted sender, not a late packet


class Pressed(NamedTuple):
    digit: str
    duration_ms: int


class DigitReceiver:
    """Feed it every telephone-event packet as it arrives, in whatever order."""

    def __init__(self) -> None:
        self.dropped = 0
        self._seen: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._ssrc: int | None = None
        self._newest = 0
        self._event = -1
        self._longest = 0

    def take(self, packet: RtpPacket) -> Pressed | None:
        """The key that starts with this packet, or None."""
        if len(packet.payload) < _EVENT.size:
            self.dropped += 1
            return None
        event, _flags, duration = _EVENT.unpack_from(packet.payload)
        if event >= len(KEYS):
            self.dropped += 1
            return None
        fresh = self._is_fresh(packet, event)
        if packet.ssrc == self._ssrc and packet.timestamp == self._newest:
            self._longest = max(self._longest, duration)
        return Pressed(KEYS[event], duration // 8) if fresh else None

    def _is_fresh(self, packet: RtpPacket, event: int) -> bool:
        key = (packet.ssrc, packet.timestamp)
        if key in self._seen:
            return False
        ahead = timestamp_distance(packet.timestamp, self._newest)
        same_stream = packet.ssrc == self._ssrc
        if same_stream and -_RESTART_UNITS < ahead < 0:
            self.dropped += 1  # a key pressed before one that was reported already: too late for the right order
            return False
        # A key held for more than 8 s goes on in a new segment with a new timestamp (§2.5.1.3).
        held_on = same_stream and event == self._event and self._longest == LONGEST_UNITS == ahead
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        self._ssrc, self._newest, self._event, self._longest = packet.ssrc, packet.timestamp, event, 0
        return not held_on


class EventPacket(NamedTuple):
    payload: bytes
    marker: bool
    begins: bool  # take the current RTP timestamp for this and the following packets of the event


def event_payload(digit: str, units: int, end: bool) -> bytes:
    return _EVENT.pack(KEYS.index(digit), (0x80 if end else 0) | VOLUME, min(units, LONGEST_UNITS))


def check_digits(digits: str) -> str:
    """`digits` in upper case; `w` or `,` is a pause of half a second. Raises BadInput."""
    upper = digits.upper().replace(",", "W")
    if not upper or len(upper) > 128 or any(key not in KEYS + "W" for key in upper):
        raise BadInput("digits must be 1 to 128 of 0-9 * # A-D, and w for a pause", field="digits")
    return upper


def schedule(digits: str, tone_ms: int, gap_ms: int) -> list[EventPacket | None]:
    """What goes out on each 20 ms tick; None = ordinary audio.

    The gap has room for the two repeats of the end and one tick of audio, so that a fast
    sequence cannot run together at the receiver.
    """
    tone = max(3, round(tone_ms / TICK_MS))
    gap = max(END_PACKETS, round(gap_ms / TICK_MS))
    ticks: list[EventPacket | None] = []
    for digit in check_digits(digits):
        if digit == "W":
            ticks += [None] * (PAUSE_MS // TICK_MS)
            continue
        for tick in range(tone - 1):
            ticks.append(EventPacket(event_payload(digit, (tick + 1) * TICK_UNITS, False), tick == 0, tick == 0))
        ticks += [EventPacket(event_payload(digit, tone * TICK_UNITS, True), False, False)] * END_PACKETS
        ticks += [None] * (gap - END_PACKETS + 1)
    return ticks
