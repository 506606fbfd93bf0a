"""The two halves of an RTP stream, without sockets: what comes in, what goes out on each tick."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import NamedTuple

from gateway.kernel.errors import Overloaded
from gateway.sip.rtp import g711
from gateway.sip.rtp.digits import EventPacket, schedule
from gateway.sip.rtp.frames import Concealer, Framer
from gateway.sip.rtp.g711 import FRAME_SAMPLES, CodecName, Samples
from gateway.sip.rtp.packet import RtpPacket, build
from gateway.sip.rtp.reorder import Ordered, ReorderBuffer

LONGEST_DIGIT_QUEUE = 3000  # ticks, one minute


class Incoming:
    """Audio packets to 20 ms frames at 8 kHz: order, decoding, hiding of losses, statistics."""

    def __init__(self, codec: CodecName) -> None:
        self.codec: CodecName = codec
        self.packets = 0
        self.jitter = 0.0  # RFC 3550 §6.4.1, in timestamp units
        self.highest_sequence = 0
        self.ssrc = 0
        self.reorder = ReorderBuffer()
        self._framer = Framer()
        self.concealer = Concealer()
        self._transit: float | None = None

    def take(self, packet: RtpPacket, *, audible: bool, now: float) -> list[Samples]:
        """Frames that `packet` releases; telephone events take their place in the order, unheard."""
        self.packets += 1
        self._measure(packet, now)
        if not audible:
            packet = packet._replace(payload=b"")
        return self._frames(self.reorder.add(packet, now))

    def tick(self, now: float) -> list[Samples]:
        """Frames that waited too long for a missing packet."""
        return self._frames(self.reorder.overdue(now))

    def _frames(self, ordered: list[Ordered]) -> list[Samples]:
        frames: list[Samples] = []
        for missing, packet in ordered:
            for hidden in self.concealer.fill(missing):
                frames += self._framer.add(hidden)
            if packet.payload:
                samples = g711.decode(self.codec, packet.payload)
                self.concealer.heard(samples)
                frames += self._framer.add(samples)
        return frames

    def _measure(self, packet: RtpPacket, now: float) -> None:
        transit = now * g711.SAMPLE_RATE - packet.timestamp
        if packet.ssrc == self.ssrc and self._transit is not None:
            change = abs(transit - self._transit)
            if change < g711.SAMPLE_RATE:  # more is a new timestamp base, or its wrap, and no jitter
                self.jitter += (change - self.jitter) / 16
        self.ssrc, self._transit, self.highest_sequence = packet.ssrc, transit, packet.sequence


class _Typing(NamedTuple):
    ticks: deque[EventPacket | None]
    done: asyncio.Future[None]


class Outgoing:
    """One packet per tick: audio, or a telephone event; the timestamp runs on in either case."""

    def __init__(self, codec: CodecName, payload_type: int, event_payload_type: int | None) -> None:
        self.codec: CodecName = codec
        self.payload_type = payload_type
        self.event_payload_type = event_payload_type
        self.packets = 0
        self.octets = 0
        self.ssrc = random.getrandbits(32)
        self.timestamp = random.getrandbits(32)
        self._sequence = random.getrandbits(16)
        self._event_timestamp = 0
        self._typing: deque[_Typing] = deque()
        self._begun = False

    def type_digits(self, digits: str, tone_ms: int, gap_ms: int) -> asyncio.Future[None]:
        """Queues keys; the future is done when the last gap is over. Raises BadInput, Overloaded."""
        ticks = deque(schedule(digits, tone_ms, gap_ms))
        if len(ticks) + sum(len(waiting.ticks) for waiting in self._typing) > LONGEST_DIGIT_QUEUE:
            raise Overloaded("too many digits are waiting to be sent")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._typing.append(_Typing(ticks, done))
        return done

    def datagram(self, audio: Samples | None) -> bytes | None:
        """The packet of this tick, of `audio` unless a key is being sent; None = nothing to send."""
        event = self._next_event()
        self.timestamp = (self.timestamp + FRAME_SAMPLES) & 0xFFFF_FFFF
        if event is not None and self.event_payload_type is not None:
            if event.begins:
                self._event_timestamp = self.timestamp
            return self._packet(self.event_payload_type, event.marker, self._event_timestamp, event.payload)
        if audio is None:
            return None
        marker, self._begun = not self._begun, True
        return self._packet(self.payload_type, marker, self.timestamp, g711.encode(self.codec, audio))

    def _packet(self, payload_type: int, marker: bool, timestamp: int, payload: bytes) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return build(payload_type, marker, self._sequence, timestamp, self.ssrc, payload)

    def _next_event(self) -> EventPacket | None:
        while self._typing:
            typing = self._typing[0]
            if typing.done.cancelled() or not typing.ticks:
                self._typing.popleft()
                if not typing.done.done():
                    typing.done.set_result(None)
                continue
            return typing.ticks.popleft()
        return None

    def stop(self) -> None:
        """Nobody waits for keys that will not be sent."""
        for typing in self._typing:
            typing.done.cancel()
        self._typing.clear()
