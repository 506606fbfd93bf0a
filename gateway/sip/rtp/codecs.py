"""The codecs of a leg behind one face: payload bytes to int16 samples and back.

PCMU, PCMA and G.722 all carry 8 bytes and 8 units of the RTP clock per millisecond (RFC 3551 §4.5.2: G.722's clock
says 8000 though its audio has 16000 samples), so only the sample rate differs between them.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from G722 import G722

from gateway.kernel.errors import BadInput
from gateway.sip.rtp import g711
from gateway.sip.rtp.g711 import Samples

CLOCK_PER_MS = 8
BYTES_PER_MS = 8
TICK_UNITS = 160  # RTP clock units, and payload bytes, of 20 ms
CodecName = Literal["PCMU", "PCMA", "G722"]


class Codec(Protocol):
    """One direction-less codec of one leg; `decode` and `encode` may keep state of their own."""

    @property
    def sample_rate(self) -> int: ...

    def decode(self, payload: bytes) -> Samples: ...

    def encode(self, samples: Samples) -> bytes: ...


class _G711:
    sample_rate = 8000

    def __init__(self, name: g711.CodecName) -> None:
        self._name: g711.CodecName = name

    def decode(self, payload: bytes) -> Samples:
        return g711.decode(self._name, payload)

    def encode(self, samples: Samples) -> bytes:
        return g711.encode(self._name, samples)


class _G722:
    """Sub-band ADPCM at 64 kbit/s (ITU-T G.722 mode 1) by libg722; 0.6 ms of CPU per second and direction."""

    sample_rate = 16000

    def __init__(self) -> None:
        # looking for its NumPy variant would cost each call a failed import
        self._decoder, self._encoder = (G722(16000, 64000, use_numpy=False) for _ in range(2))

    def decode(self, payload: bytes) -> Samples:
        return np.frombuffer(self._decoder.decode(payload), dtype=np.int16)

    def encode(self, samples: Samples) -> bytes:
        return self._encoder.encode(samples)


def open_codec(name: str) -> Codec:
    """A codec of its own for one leg. Raises BadInput for a name that is none of ours."""
    if name == "G722":
        return _G722()
    if name in ("PCMU", "PCMA"):
        return _G711(name)
    raise BadInput("the codec is none of PCMU, PCMA, G722", code="sdp.codec", field="codec")
