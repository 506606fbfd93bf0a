"""G.711 by table (ITU-T G.711): one array look-up a frame, no loop in Python."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

CodecName = Literal["PCMU", "PCMA"]
Samples = NDArray[np.int16]

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160
FRAME_MS = 20

_ULAW_BIAS = 132
_ULAW_CLIP = 32635


def _ulaw_decode_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _ULAW_BIAS << ((code >> 4) & 7)) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decode_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent = (code >> 4) & 7
    mantissa = (code & 0x0F) << 4
    magnitude = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_encode_table() -> NDArray[np.uint8]:
    linear = np.arange(65536, dtype=np.int32).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(linear), _ULAW_CLIP) + _ULAW_BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(linear < 0, 0x80, 0)
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)


def _alaw_encode_table() -> NDArray[np.uint8]:
    linear = np.arange(65536, dtype=np.int32).astype(np.uint16).view(np.int16).astype(np.int32)
    positive = linear >= 0
    magnitude = np.where(positive, linear, -linear - 1) >> 3  # 13 significant bits, as the standard has them
    exponent = np.where(magnitude < 32, 0, np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4)
    mantissa = np.where(exponent == 0, magnitude >> 1, magnitude >> exponent) & 0x0F
    sign = np.where(positive, 0x80, 0)
    return ((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8)


_DECODE: dict[str, Samples] = {"PCMU": _ulaw_decode_table(), "PCMA": _alaw_decode_table()}
_ENCODE: dict[str, NDArray[np.uint8]] = {"PCMU": _ulaw_encode_table(), "PCMA": _alaw_encode_table()}


def decode(codec: CodecName, payload: bytes) -> Samples:
    """16-bit samples at 8 kHz, one per payload byte."""
    return _DECODE[codec][np.frombuffer(payload, dtype=np.uint8)]


def encode(codec: CodecName, samples: Samples) -> bytes:
    """One payload byte per sample; `samples` is int16 of any length."""
    return _ENCODE[codec][samples.view(np.uint16)].tobytes()
