"""Reads an encrypted recording: from the beginning, or from anywhere; whole, or what a crash has left. Pure.

The lengths in front of the chunks are the index. An unfinished file (its recorder was killed) has no last chunk: all of
its whole chunks can be read, and `is_complete` is False. Of a file that was finished the same means that somebody
has cut it off; who knows that it was finished asks for `require_complete`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compliance.recordings.faults import RecordingBroken
from compliance.recordings.header import LONGEST, Header, unpack
from compliance.recordings.sealing import LAST, TAG, length_field

MOST_COUNTERS_TRIED = 20_000  # to tell a chunk that was moved from one that was changed


class Source(Protocol):
    """The bytes of a file, wherever it is. May block."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """As many as there are, at most `length`."""
        ...


@dataclass(frozen=True)
class Chunk:
    number: int
    offset: int  # of its length field
    length: int  # of its plaintext
    last: bool


class Opener:
    """A file and its key. Raises RecordingBroken for a header that is none, and for a wrong key."""

    def __init__(self, source: Source, recording_key: bytes) -> None:
        self._source = source
        self.header, self._begin = unpack(source.read(0, LONGEST))
        self._digest = self.header.digest
        self._cipher = AESGCM(self.header.file_key(recording_key))
        self.chunks = tuple(_index(source, self.header, self._begin))
        self._starts = [0, *accumulate(chunk.length for chunk in self.chunks)]

    @property
    def size(self) -> int:
        """Bytes of plaintext that can be read."""
        return self._starts[-1]

    @property
    def is_complete(self) -> bool:
        return bool(self.chunks) and self.chunks[-1].last

    def require_complete(self) -> None:
        """Raises RecordingBroken for a file that ends early, or goes on after its end."""
        if not self.is_complete:
            raise RecordingBroken(
                f"the file ends after {len(self.chunks)} chunks, and was longer", code="recording.truncated",
                chunk=len(self.chunks),
            )  # fmt: skip
        end = self.chunks[-1]
        if end.offset + 4 + end.length + TAG != self._source.size:
            raise RecordingBroken("something follows the last chunk", code="recording.trailing", chunk=len(self.chunks))

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The plaintext from `start` to before `end`, chunk by chunk. Raises RecordingBroken at the first wrong one."""
        end = self.size if end is None else min(end, self.size)
        first = max(bisect_right(self._starts, start) - 1, 0)
        for chunk in self.chunks[first:]:
            begins = self._starts[chunk.number]
            if begins >= end:
                return
            plain = self.open_chunk(chunk)
            wanted = plain[max(start - begins, 0) : end - begins]
            if wanted:
                yield wanted

    def open_chunk(self, chunk: Chunk) -> bytes:
        sealed = self._source.read(chunk.offset + 4, chunk.length + TAG)
        plain = self._opened(chunk, sealed, chunk.number)
        if plain is not None:
            return plain
        for other in range(min(len(self.chunks), MOST_COUNTERS_TRIED)):
            if other != chunk.number and self._opened(chunk, sealed, other) is not None:
                raise RecordingBroken(
                    f"chunk {chunk.number} is the one that belongs at {other}", code="recording.chunk_moved",
                    chunk=chunk.number,
                )  # fmt: skip
        raise RecordingBroken(
            f"chunk {chunk.number} is not what was written there", code="recording.chunk_broken", chunk=chunk.number
        )

    def _opened(self, chunk: Chunk, sealed: bytes, number: int) -> bytes | None:
        length = length_field(chunk.length, last=chunk.last)
        try:
            return self._cipher.decrypt(self.header.nonce(number, last=chunk.last), sealed, self._digest + length)
        except InvalidTag:
            return None


def _index(source: Source, header: Header, offset: int) -> Iterator[Chunk]:
    """Every whole chunk. Nothing is authenticated here; a wrong length is found when its chunk is opened."""
    number = 0
    while offset + 4 + TAG <= source.size:
        field = int.from_bytes(source.read(offset, 4), "big")
        length, last = field & ~LAST, bool(field & LAST)
        if length > header.most_bytes:
            raise RecordingBroken(
                f"chunk {number} is longer than chunks are", code="recording.chunk_broken", chunk=number
            )
        if offset + 4 + length + TAG > source.size or (not length and not last):  # cut off, or never written (zeros)
            return
        yield Chunk(number, offset, length, last)
        if last:
            return
        offset += 4 + length + TAG
        number += 1
