"""As much RTCP as keeps the other side informed: sender report, reception report, CNAME (RFC 3550 §6)."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

INTERVAL_S = 5.0
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


@dataclass(frozen=True)
class Report:
    """Figures of the moment; `timestamp` is the RTP timestamp that goes with now."""

    ssrc: int
    timestamp: int
    packets: int
    octets: int
    heard_ssrc: int
    lost: int
    highest_sequence: int
    jitter: int


def compound(report: Report, cname: str, *, wall: float | None = None) -> bytes:
    """SR with one report block, then SDES CNAME."""
    now = (time.time() if wall is None else wall) + _NTP_EPOCH
    seconds = int(now)
    fraction = int((now - seconds) * 2**32)
    blocks = 1 if report.heard_ssrc else 0
    head = struct.pack("!BBH", 0x80 | blocks, 200, 6 + 6 * blocks)
    sender = struct.pack(
        "!IIIIII", report.ssrc, seconds & 0xFFFF_FFFF, fraction, report.timestamp,
        report.packets & 0xFFFF_FFFF, report.octets & 0xFFFF_FFFF,
    )  # fmt: skip
    block = b""
    if blocks:
        lost = min(report.lost, 0x7F_FFFF)
        block = struct.pack("!IIIIII", report.heard_ssrc, lost, report.highest_sequence, report.jitter, 0, 0)
    return head + sender + block + _sdes(report.ssrc, cname)


def _sdes(ssrc: int, cname: str) -> bytes:
    text = cname.encode()[:255]
    item = struct.pack("!IBB", ssrc, 1, len(text)) + text + b"\0"
    item += b"\0" * (-len(item) % 4)
    return struct.pack("!BBH", 0x81, 202, len(item) // 4) + item
