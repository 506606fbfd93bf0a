"""RTCP that we write: sender or receiver report with one block, CNAME, BYE (RFC 3550 §6)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

INTERVAL_S = 5.0
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
SR, RR, SDES, BYE = 200, 201, 202, 203


@dataclass(frozen=True)
class Report:
    """Figures of the moment; `timestamp` is the RTP timestamp that goes with now, `jitter` is in its units."""

    ssrc: int
    timestamp: int
    packets: int
    octets: int
    heard_ssrc: int | None
    lost: int
    fraction_lost: float  # since the last report, 0..1
    highest_sequence: int
    jitter: int
    last_sr: int = 0  # middle 32 bits of the NTP time of the peer's last sender report
    since_last_sr_s: float = 0.0


def ntp(wall: float) -> tuple[int, int]:
    """Seconds and 2^-32 seconds since 1900 of a Unix time."""
    seconds = int(wall)
    return (seconds + NTP_EPOCH) & 0xFFFF_FFFF, int((wall - seconds) * 2**32)


def middle(wall: float) -> int:
    """The middle 32 bits of the NTP time: 2^-16 seconds, wrapping every 18 hours."""
    seconds, fraction = ntp(wall)
    return (seconds & 0xFFFF) << 16 | fraction >> 16


def compound(report: Report, cname: str, *, wall: float, bye: bool = False) -> bytes:
    """SR with one report block, then SDES CNAME, then BYE if this is the end."""
    blocks = 0 if report.heard_ssrc is None else 1
    seconds, fraction = ntp(wall)
    head = struct.pack("!BBH", 0x80 | blocks, SR, 6 + 6 * blocks)
    sender = struct.pack(
        "!IIIIII", report.ssrc, seconds, fraction, report.timestamp,
        report.packets & 0xFFFF_FFFF, report.octets & 0xFFFF_FFFF,
    )  # fmt: skip
    end = struct.pack("!BBHI", 0x81, BYE, 1, report.ssrc) if bye else b""
    return head + sender + (_block(report) if blocks else b"") + _sdes(report.ssrc, cname) + end


def _block(report: Report) -> bytes:
    lost = max(-0x80_0000, min(report.lost, 0x7F_FFFF)) & 0xFF_FFFF
    fraction = max(0, min(255, int(report.fraction_lost * 256)))
    waited = min(0xFFFF_FFFF, int(report.since_last_sr_s * 65536)) if report.last_sr else 0
    return struct.pack(
        "!IIIIII", report.heard_ssrc, fraction << 24 | lost, report.highest_sequence & 0xFFFF_FFFF, report.jitter,
        report.last_sr, waited,
    )  # fmt: skip


def _sdes(ssrc: int, cname: str) -> bytes:
    text = cname.encode()[:255]
    item = struct.pack("!IBB", ssrc, 1, len(text)) + text + b"\0"
    item += b"\0" * (-len(item) % 4)
    return struct.pack("!BBH", 0x81, SDES, len(item) // 4) + item
