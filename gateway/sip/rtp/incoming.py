"""The half of an RTP stream that we hear: packets in, 20 ms frames out. No sockets, no clock of its own."""

from __future__ import annotations

from typing import Literal

from gateway.sip.rtp.codecs import CLOCK_PER_MS, open_codec
from gateway.sip.rtp.comfort_noise import ComfortNoise, level_of
from gateway.sip.rtp.concealment import Concealer
from gateway.sip.rtp.frames import Framer, joined
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.packet import RtpPacket
from gateway.sip.rtp.playout import Ordered, Playout
from gateway.sip.rtp.resample import resampler

Kind = Literal["audio", "noise", "event"]
FRAME_MS = 20
STARVED_MS = 25.0  # nothing for so long after it was due: something must be heard


class Incoming:
    """Order, timing, decoding, hiding of losses, comfort noise, statistics. Frames are 20 ms at `frame_rate`."""

    def __init__(self, codec: str, frame_rate: int = 8000) -> None:
        self.packets = 0
        self.jitter = 0.0  # RFC 3550 §6.4.1, in timestamp units
        self.playout = Playout()
        self.suppresses = False  # the peer has fallen silent and said so
        self._frame_rate = frame_rate
        self._transit: float | None = None
        self._level = 0
        self._merge: Samples | None = None  # a frame that waits for the next one to be joined with
        self._catch_up = False
        self._until = float("inf")  # when the audio that was given out ends, in seconds; infinite: no more is due
        self._bridged_ms = 0.0  # made up since the last real audio
        self._concealed_ms = 0.0  # with codecs of before
        self.use(codec)

    def use(self, codec: str) -> None:
        """Another codec from the next packet on."""
        if hasattr(self, "concealer"):
            self._concealed_ms += self.concealer.concealed_ms
        self._codec = open_codec(codec)
        rate = self._codec.sample_rate
        self.concealer = Concealer(rate)
        self._framer = Framer(rate // 50)
        self._noise = ComfortNoise(rate)
        self._to_frames = resampler(rate, self._frame_rate)

    @property
    def concealed(self) -> int:
        """Frames that were made up."""
        return round((self._concealed_ms + self.concealer.concealed_ms) / FRAME_MS)

    def take(self, packet: RtpPacket, kind: Kind, now: float, arrived: float | None = None) -> list[Samples]:
        """Frames that `packet` releases; events and noise take their place in the order, unheard."""
        self.packets += 1
        arrived = now if arrived is None else arrived
        if kind == "event":
            packet = packet._replace(payload=b"")
        else:
            self._measure(packet, arrived)
            if kind == "noise":
                self._level = level_of(packet.payload)
                packet = packet._replace(payload=b"")
            self.suppresses = kind == "noise"
        self.playout.add(packet, arrived, timed=kind != "event")
        return self._frames(self.playout.release(now), now)

    def tick(self, now: float) -> list[Samples]:
        """Frames that became due, or that must be made up; ask every 20 ms."""
        frames = self._frames(self.playout.release(now), now)
        if frames:
            return frames
        if self.suppresses:
            return [self._to_frames(self._noise.frame(self._level))]
        if (now - self._until) * 1000 < STARVED_MS:
            return []
        hidden = self.concealer.fill(self._codec.sample_rate // 50)
        self._bridged_ms += FRAME_MS
        self._until += FRAME_MS / 1000
        if not len(hidden):  # long enough: the peer may have stopped on purpose
            self._until = float("inf")
            return []
        return self._framed(hidden)

    def _frames(self, released: list[Ordered], now: float) -> list[Samples]:
        frames: list[Samples] = []
        for missing, packet, catch_up in released:
            self._catch_up = self._catch_up or catch_up
            if not packet.payload:  # an event, or noise: the sound ends here, and nothing is missing before it
                frames += [self._to_frames(frame) for frame in self._framer.rest()]
                self._until = float("inf")
                self.concealer.forget()
                continue
            samples = self._codec.decode(packet.payload)
            duration = len(packet.payload) / CLOCK_PER_MS
            gap = missing * duration - self._bridged_ms
            if missing and gap > 0:
                frames += self._framed(self.concealer.fill(int(gap * self._codec.sample_rate / 1000)))
            frames += self._framed(self.concealer.heard(samples))
            self._bridged_ms = 0.0
            self._until = max(now, self.playout.timeline.due(packet) / 1000) + duration / 1000
        return frames

    def _framed(self, samples: Samples) -> list[Samples]:
        frames: list[Samples] = []
        for frame in self._framer.add(samples):
            if self._merge is not None:
                frames.append(self._to_frames(joined(self._merge, frame)))
                self._merge = None
            elif self._catch_up:
                self._merge, self._catch_up = frame, False
            else:
                frames.append(self._to_frames(frame))
        return frames

    def _measure(self, packet: RtpPacket, arrived: float) -> None:
        transit = arrived * 1000 * CLOCK_PER_MS - packet.timestamp
        if packet.ssrc == self.playout.ssrc and self._transit is not None:
            change = abs(transit - self._transit)
            if change < 1000 * CLOCK_PER_MS:  # more is a new timestamp base, or its wrap, and no jitter
                self.jitter += (change - self.jitter) / 16
        self._transit = transit
