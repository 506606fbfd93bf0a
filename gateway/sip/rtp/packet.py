"""RTP fixed header (RFC 3550 §5.1), read and written without objects on the way."""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER = struct.Struct("!BBHII")
HEADER_BYTES = _HEADER.size


class RtpPacket(NamedTuple):
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(datagram: bytes) -> RtpPacket | None:
    """The packet in `datagram`, or None if it is not well-formed RTP version 2."""
    if len(datagram) < HEADER_BYTES:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    if first >> 6 != 2:
        return None
    begin, end = HEADER_BYTES + 4 * (first & 0x0F), len(datagram)
    if first & 0x10:  # header extension: profile, then its length in 32-bit words
        if begin + 4 > end:
            return None
        begin += 4 + 4 * int.from_bytes(datagram[begin + 2 : begin + 4], "big")
    if first & 0x20:  # padding: its length is the last byte
        end -= datagram[-1]
    if begin > end or (first & 0x20 and datagram[-1] == 0):
        return None
    return RtpPacket(second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, datagram[begin:end])


def build(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    second = payload_type | (0x80 if marker else 0)
    return _HEADER.pack(0x80, second, sequence, timestamp, ssrc) + payload


def sequence_distance(later: int, earlier: int) -> int:
    """How far `later` is ahead of `earlier` modulo 2^16, in -32768..32767."""
    return ((later - earlier + 0x8000) & 0xFFFF) - 0x8000


def timestamp_distance(later: int, earlier: int) -> int:
    """How far `later` is ahead of `earlier` modulo 2^32."""
    return ((later - earlier + 0x8000_0000) & 0xFFFF_FFFF) - 0x8000_0000
