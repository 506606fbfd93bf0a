"""A capture of one RTP stream, speech and RFC 4733 keys, for SIPp to play. It shares no code with the product."""

from __future__ import annotations

import struct
from pathlib import Path

PCMU, EVENT, SSRC = 0, 96, 0x5199
PACKET_MS, SAMPLES = 20, 160
SILENCE = b"\xff" * SAMPLES
KEY_PACKETS, END_PACKETS, GAP_PACKETS = 5, 3, 5


class Capture:
    """`event`: the payload type of the keys; `ends`: how many of a key's last packets arrive."""

    def __init__(self, *, event: int = EVENT, ends: int = END_PACKETS) -> None:
        self._event, self._ends = event, ends
        self._sequence, self._timestamp, self._now_ms = 1, 160, 0
        self._records: list[bytes] = []

    def silence(self, seconds: float) -> None:
        self.speech(SILENCE * int(seconds * 1000 / PACKET_MS))

    def speech(self, ulaw: bytes) -> None:
        for at in range(0, len(ulaw), SAMPLES):
            self._packet(PCMU, self._timestamp, ulaw[at : at + SAMPLES].ljust(SAMPLES, b"\xff"))

    def keys(self, digits: str) -> None:
        for digit in digits:
            began, event = self._timestamp, "0123456789*#".index(digit)
            for number in range(1, KEY_PACKETS + self._ends + 1):
                end = 0x80 if number > KEY_PACKETS else 0
                duration = min(number, KEY_PACKETS) * SAMPLES
                self._packet(self._event, began, struct.pack("!BBH", event, end | 10, duration), marker=number == 1)
            self.silence(GAP_PACKETS * PACKET_MS / 1000)

    def write(self, path: Path) -> None:
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)  # LINKTYPE_ETHERNET
        path.write_bytes(head + b"".join(self._records))

    @property
    def seconds(self) -> float:
        return self._now_ms / 1000

    def _packet(self, payload_type: int, timestamp: int, payload: bytes, *, marker: bool = False) -> None:
        rtp = (
            struct.pack("!BBHII", 0x80, marker << 7 | payload_type, self._sequence & 0xFFFF, timestamp, SSRC) + payload
        )
        udp = struct.pack("!HHHH", 4000, 4002, 8 + len(rtp), 0) + rtp
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1") + udp
        frame = bytes(12) + b"\x08\0" + ip
        self._records.append(
            struct.pack("<IIII", self._now_ms // 1000, self._now_ms % 1000 * 1000, len(frame), len(frame)) + frame
        )
        self._sequence += 1
        self._timestamp += SAMPLES
        self._now_ms += PACKET_MS
