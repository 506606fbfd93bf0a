"""Samples in, encrypted chunks out: half a second each, as one page of Ogg. Nothing plain leaves memory."""

from __future__ import annotations

import numpy as np

from agents.recorder.opus import FRAME, OpusEncoder
from agents.recorder.timeline import Samples
from compliance.recordings.header import MOST_MS, Header
from compliance.recordings.ogg import FRAME_MS, OggWriter
from compliance.recordings.sealing import Sealer

PER_CHUNK = MOST_MS // FRAME_MS


class Tape:
    """`head` goes to the file first, then what `write` and `finish` return."""

    def __init__(self, header: Header, recording_key: bytes) -> None:
        self._encoder = OpusEncoder()
        self._pages = OggWriter(self._encoder.head)
        self._sealer = Sealer(header, recording_key)
        self._rest: Samples = np.zeros((0, 2), dtype=np.int16)
        self.packets = 0
        self.head = self._sealer.head + self._sealer.write(self._pages.head()) + self._sealer.cut()

    @property
    def duration_ms(self) -> int:
        return self.packets * FRAME_MS

    @property
    def chunks(self) -> int:
        return self._sealer.chunks

    def write(self, samples: Samples) -> bytes:
        """The chunks that are whole now; empty mostly."""
        self._rest = np.concatenate((self._rest, samples))
        whole = len(self._rest) // FRAME
        chunks = bytearray()
        for number in range(whole):
            for packet in self._encoder.encode(self._rest[number * FRAME : (number + 1) * FRAME]):
                chunks += self._add(packet)
        self._rest = self._rest[whole * FRAME :]
        return bytes(chunks)

    def finish(self) -> bytes:
        """The last chunks; what is no whole packet is filled with silence."""
        chunks = bytearray()
        if len(self._rest):
            chunks += self.write(np.zeros((FRAME - len(self._rest), 2), dtype=np.int16))
        for packet in self._encoder.finish():
            chunks += self._add(packet)
        return bytes(chunks + self._sealer.write(self._pages.finish()) + self._sealer.finish())

    def _add(self, packet: bytes) -> bytes:
        self._pages.add(packet)
        self.packets += 1
        if self._pages.waiting < PER_CHUNK:
            return b""
        return self._sealer.write(self._pages.page()) + self._sealer.cut()
