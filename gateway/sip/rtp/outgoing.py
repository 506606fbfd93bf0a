"""The half of an RTP stream that we send: what goes out on each tick. No sockets."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import NamedTuple

from gateway.kernel.errors import Overloaded
from gateway.sip.rtp import comfort_noise
from gateway.sip.rtp.codecs import TICK_UNITS, open_codec
from gateway.sip.rtp.digits import EventPacket, schedule
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.packet import build
from gateway.sip.rtp.resample import resampler
from gateway.sip.rtp.tones import tone_frames

LONGEST_DIGIT_QUEUE = 3000  # ticks, one minute
SILENT_TICKS = 10  # before silence is suppressed
NOISE_EVERY = 25  # ticks between two packets of comfort noise


class _Typing(NamedTuple):
    ticks: deque[EventPacket | Samples | None]
    done: asyncio.Future[None]


class Outgoing:
    """20 ms per tick: audio, a telephone event or comfort noise; the timestamp runs on in any case.

    Frames may have 8000 or 16000 samples a second, from one to the next as they like.
    """

    def __init__(self, codec: str, payload_type: int, event_payload_type: int | None) -> None:
        self.event_payload_type = event_payload_type
        self.noise_payload_type: int | None = None
        self.ptime_ms = 20
        self.suppress = False  # the peer suppresses silence, so ours may be too
        self.packets = 0
        self.octets = 0
        self.ssrc = random.getrandbits(32)
        self.timestamp = random.getrandbits(32)
        self._sequence = random.getrandbits(16)
        self._event_timestamp = 0
        self._typing: deque[_Typing] = deque()
        self._begun = False
        self._silent = 0
        self.use(codec, payload_type)

    def use(self, codec: str, payload_type: int) -> None:
        """Another codec from the next packet on."""
        self.payload_type = payload_type
        self._codec = open_codec(codec)
        # by the length of a frame
        self._from_frames = {rate // 50: resampler(rate, self._codec.sample_rate) for rate in (8000, 16000)}

    def type_digits(self, digits: str, tone_ms: int, gap_ms: int) -> asyncio.Future[None]:
        """Queues keys as telephone events; done when the last gap is over. Raises BadInput, Overloaded."""
        return self._queue(deque(schedule(digits, tone_ms, gap_ms)))

    def type_tones(self, digits: str, tone_ms: int, gap_ms: int) -> asyncio.Future[None]:
        """The same as tones in the audio."""
        return self._queue(deque(tone_frames(digits, 8000, tone_ms, gap_ms)))

    def _queue(self, ticks: deque[EventPacket | Samples | None]) -> asyncio.Future[None]:
        if len(ticks) + sum(len(waiting.ticks) for waiting in self._typing) > LONGEST_DIGIT_QUEUE:
            raise Overloaded("too many digits are waiting to be sent")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._typing.append(_Typing(ticks, done))
        return done

    def datagrams(self, audio: Samples | None) -> list[bytes]:
        """The packets of this tick, of `audio` unless a key is being sent."""
        typed = self._next_typed()
        self.timestamp = (self.timestamp + TICK_UNITS) & 0xFFFF_FFFF
        if isinstance(typed, EventPacket):
            return self._event(typed) if self.event_payload_type is not None else []
        if typed is not None:
            audio = typed
        if self.noise_payload_type is not None and self.suppress and (audio is None or not audio.any()):
            self._silent += 1
            if self._silent > SILENT_TICKS:
                return self._silence()
        else:
            self._silent = 0
        return [] if audio is None else self._audio(audio)

    def pass_over(self) -> None:
        """A tick on which the peer wants nothing: time goes on, sequence numbers do not, or it would count a loss."""
        self._next_typed()
        self.timestamp = (self.timestamp + TICK_UNITS) & 0xFFFF_FFFF
        self._begun = False

    def _event(self, event: EventPacket) -> list[bytes]:
        if event.begins:
            self._event_timestamp = self.timestamp
        return [self._packet(self.event_payload_type or 0, event.marker, self._event_timestamp, event.payload)]

    def _silence(self) -> list[bytes]:
        self._begun = False  # the first audio after it begins a talkspurt
        if (self._silent - SILENT_TICKS - 1) % NOISE_EVERY:
            return []
        return [self._packet(self.noise_payload_type or 0, False, self.timestamp, comfort_noise.payload_of())]

    def _audio(self, audio: Samples) -> list[bytes]:
        payload = self._codec.encode(self._from_frames[len(audio)](audio))
        marker, self._begun = not self._begun, True
        if self.ptime_ms == 20:
            return [self._packet(self.payload_type, marker, self.timestamp, payload)]
        half = TICK_UNITS // 2
        return [
            self._packet(self.payload_type, marker, self.timestamp, payload[:half]),
            self._packet(self.payload_type, False, (self.timestamp + half) & 0xFFFF_FFFF, payload[half:]),
        ]

    def _packet(self, payload_type: int, marker: bool, timestamp: int, payload: bytes) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return build(payload_type, marker, self._sequence, timestamp, self.ssrc, payload)

    def _next_typed(self) -> EventPacket | Samples | None:
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
