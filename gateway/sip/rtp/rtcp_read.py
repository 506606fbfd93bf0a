"""RTCP that we read (RFC 3550 §6.4): what the peer sent, how it hears us, that it leaves. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.sip.rtp.rtcp import BYE, RR, SR

_HEAD = struct.Struct("!BBH")
_SENDER = struct.Struct("!IIIIII")
_BLOCK = struct.Struct("!IIIIII")


@dataclass(frozen=True)
class Block:
    """How the writer hears `ssrc`. `last_sr` and `since_last_sr` are in 2^-16 seconds."""

    ssrc: int
    fraction_lost: float
    lost: int
    highest_sequence: int
    jitter: int
    last_sr: int
    since_last_sr: int


@dataclass
class Heard:
    """One compound packet. `sender_middle`: the middle 32 bits of the NTP time of its sender report."""

    ssrc: int | None = None
    sender_middle: int | None = None
    packets: int = 0
    blocks: list[Block] = field(default_factory=list)
    left: set[int] = field(default_factory=set)


def is_rtcp(datagram: bytes) -> bool:
    """Tells RTCP from RTP on one port (RFC 5761 §4)."""
    return len(datagram) >= 8 and datagram[0] >> 6 == 2 and 192 <= datagram[1] <= 223


def read(datagram: bytes) -> Heard | None:
    """What a compound packet says, or None if it is none; parts that we do not know are passed over."""
    heard = Heard()
    try:
        for kind, count, body in _parts(datagram):
            _read_part(heard, kind, count, body)
    except struct.error:
        return None
    return heard if len(datagram) >= 8 else None


def _parts(datagram: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(datagram):
        first, kind, words = _HEAD.unpack_from(datagram, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(datagram):
            raise struct.error
        yield kind, first & 0x1F, datagram[at + 4 : end]
        at = end


def _read_part(heard: Heard, kind: int, count: int, body: bytes) -> None:
    if kind == SR:
        ssrc, seconds, fraction, _, packets, _ = _SENDER.unpack_from(body)
        heard.ssrc, heard.packets = ssrc, packets
        heard.sender_middle = (seconds & 0xFFFF) << 16 | fraction >> 16
        heard.blocks += [_block(body, _SENDER.size + place * _BLOCK.size) for place in range(count)]
    elif kind == RR:
        (heard.ssrc,) = struct.unpack_from("!I", body)
        heard.blocks += [_block(body, 4 + place * _BLOCK.size) for place in range(count)]
    elif kind == BYE:
        heard.left |= set(struct.unpack_from(f"!{count}I", body))


def _block(body: bytes, at: int) -> Block:
    ssrc, losses, highest, jitter, last_sr, waited = _BLOCK.unpack_from(body, at)
    lost = losses & 0xFF_FFFF
    return Block(
        ssrc, (losses >> 24) / 256, lost - 0x100_0000 if lost & 0x80_0000 else lost, highest, jitter, last_sr, waited
    )


def round_trip_ms(block: Block, now_middle: int) -> float | None:
    """From our sender report there and back, without the time it lay there; None without one, or for nonsense."""
    if not block.last_sr:
        return None
    elapsed = (now_middle - block.last_sr - block.since_last_sr) & 0xFFFF_FFFF
    return elapsed * 1000 / 65536 if elapsed < 30 * 65536 else None
