"""Encrypted files in S3-compatible storage: sent in parts, read in blocks, never held as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from compliance.recordings.opening import Source
from compliance.recordings.s3_client import S3Client

PART = 5 * 1024 * 1024  # the least that S3 takes
BLOCK = 1024 * 1024


class S3Sink:
    """The upload begins with the first part; a short file is one part."""

    def __init__(self, client: S3Client, key: str) -> None:
        self._client, self._key = client, key
        self._held = bytearray()
        self._etags: list[str] = []
        self._upload = ""
        self._open = True

    def append(self, content: bytes) -> None:
        self._held += content
        while len(self._held) >= PART:
            self._send(bytes(self._held[:PART]))
            del self._held[:PART]

    def close(self) -> None:
        if self._open:
            if self._held or not self._etags:
                self._send(bytes(self._held))
            self._held.clear()
            self._client.finish_upload(self._key, self._upload, self._etags)
            self._open = False

    def abandon(self) -> None:
        if self._open and self._upload:
            self._client.abandon_upload(self._key, self._upload)
        self._open = False

    def _send(self, part: bytes) -> None:
        self._upload = self._upload or self._client.begin_upload(self._key)
        self._etags.append(self._client.put_part(self._key, self._upload, len(self._etags) + 1, part))


class S3Source:
    """Keeps the block that was read last: a reader goes forward in small steps."""

    def __init__(self, client: S3Client, key: str) -> None:
        self._client, self._key = client, key
        self.size = client.size(key)
        self._at, self._block = 0, b""

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        if not (self._at <= offset and end <= self._at + len(self._block)):
            wanted = min(max(end - offset, BLOCK), self.size - offset)
            self._at, self._block = offset, self._client.read(self._key, offset, wanted)
        return self._block[offset - self._at : end - self._at]


class S3Store:
    kind = "s3"

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def create(self, name: str) -> S3Sink:
        return S3Sink(self._client, name)

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        yield S3Source(self._client, name)

    def remove(self, name: str) -> None:
        self._client.remove(name)
