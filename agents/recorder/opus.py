"""Samples into packets of Opus, 20 ms each, stereo."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from agents.recorder.timeline import RATE, Samples
from compliance.recordings.ogg import FRAME_MS, SAMPLES_PER_S, opus_head

FRAME = RATE * FRAME_MS // 1000
BIT_RATE = 32_000  # of both channels; at 24,000 each is heard in the other
_SETTLED = 10  # packets, until silence is nothing but silence


class OpusEncoder:
    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, av.AudioCodecContext)
        codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "stereo", "s16", BIT_RATE
        codec.time_base = Fraction(1, RATE)
        codec.options = {"application": "voip", "frame_duration": str(FRAME_MS), "vbr": "constrained", "fec": "0"}
        codec.open()
        self._codec = codec
        self._at = 0

    @property
    def head(self) -> bytes:
        """OpusHead, with the delay of this encoder."""
        delay = int.from_bytes((self._codec.extradata or b"")[10:12], "little")
        return opus_head(2, delay or SAMPLES_PER_S * 65 // 10_000, RATE)

    def encode(self, samples: Samples) -> list[bytes]:
        """`samples`: (FRAME, 2). A packet, or none yet."""
        flat = np.ascontiguousarray(samples).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(flat, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += FRAME
        return [bytes(packet) for packet in self._codec.encode(frame)]

    def finish(self) -> list[bytes]:
        """What is still in the encoder."""
        return [bytes(packet) for packet in self._codec.encode(None)]


def packet_of_silence() -> bytes:
    encoder = OpusEncoder()
    nothing = np.zeros((FRAME, 2), dtype=np.int16)
    return [packet for _ in range(_SETTLED) for packet in encoder.encode(nothing)][-1]
