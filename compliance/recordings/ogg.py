"""Opus in Ogg (RFC 3533, RFC 7845) in memory: packets into pages, and pages back into packets. Pure.

A page per chunk of the encrypted file, so that what is readable after a crash ends with a whole page.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

SAMPLES_PER_S = 48_000  # of a granule position, whatever rate was encoded
FRAME_MS = 20
GRANULE = SAMPLES_PER_S * FRAME_MS // 1000
MOST_PACKETS = 50  # on one page: a second
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_HEAD = struct.Struct("<4sBBQIIIB")


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(page: bytes) -> int:
    """CRC-32 of Ogg: from zero, and the mirror image of the common one, which is there in C."""
    reflected = zlib.crc32(page.translate(_MIRRORED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_MIRRORED), "big")


def opus_head(channels: int, pre_skip: int, rate: int) -> bytes:
    return struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, rate, 0, 0)


def opus_tags() -> bytes:
    vendor = b"gateway"
    return b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)


class OggWriter:
    """`head` is to be written first; then what `page` and `finish` return. Packets are 20 ms each."""

    def __init__(self, opus_head: bytes, serial: int = 1) -> None:
        self._serial, self._sequence, self._granule = serial, 0, 0
        self._packets: list[bytes] = []
        self._head = opus_head

    def head(self) -> bytes:
        return self._page([self._head], _FIRST, 0) + self._page([opus_tags()], 0, 0)

    @property
    def waiting(self) -> int:
        return len(self._packets)

    def add(self, packet: bytes) -> None:
        """At most `MOST_PACKETS` between two pages."""
        self._packets.append(packet)
        self._granule += GRANULE

    def page(self) -> bytes:
        """A page of everything that was added; empty when that is nothing."""
        return self._close(0) if self._packets else b""

    def finish(self) -> bytes:
        return self._close(_LAST)

    def _close(self, flags: int) -> bytes:
        page = self._page(self._packets, flags, self._granule)
        self._packets = []
        return page

    def _page(self, packets: list[bytes], flags: int, granule: int) -> bytes:
        lacing = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in packets)
        if len(lacing) > 255:
            raise ValueError("too much for one page of Ogg")
        head = _HEAD.pack(b"OggS", 0, flags, granule, self._serial, self._sequence, 0, len(lacing))
        page = bytearray(b"".join((head, lacing, *packets)))
        page[22:26] = struct.pack("<I", checksum(bytes(page)))
        self._sequence += 1
        return bytes(page)


def packets_of(content: Iterable[bytes]) -> Iterator[bytes]:
    """Every whole packet, OpusHead and OpusTags too, of one stream that comes in pieces of any size.

    It ends where the content does not go on as Ogg, as that of a crash may. Holds a page at most.
    """
    held, begun = bytearray(), bytearray()
    for piece in content:
        held += piece
        while (size := _size_of_page(held)) is not None:
            if not size:
                return
            page = bytes(held[:size])
            del held[:size]
            yield from _packets_of_page(page, begun)


def _size_of_page(held: bytes | bytearray) -> int | None:
    """None: more has to come; 0: this is no page."""
    if len(held) < _HEAD.size:
        return None
    if not held.startswith(b"OggS"):
        return 0
    end = _HEAD.size + held[26]
    size = end + sum(held[_HEAD.size : end])
    return size if len(held) >= size else None


def _packets_of_page(page: bytes, begun: bytearray) -> Iterator[bytes]:
    if not page[5] & _CONTINUED:
        begun.clear()
    offset = _HEAD.size + page[26]
    for lace in page[_HEAD.size : offset]:
        begun += page[offset : offset + lace]
        offset += lace
        if lace < 255:
            yield bytes(begun)
            begun.clear()
