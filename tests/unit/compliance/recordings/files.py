"""Small encrypted files for tests."""

from __future__ import annotations

from compliance.recordings.header import Header, key_id
from compliance.recordings.opening import Opener
from compliance.recordings.sealing import Sealer

KEY = bytes(range(32))
CALL, RECORDING = "call_01kaaaaaaaaaaaaaaaaaaaaaaa", "rec_01kaaaaaaaaaaaaaaaaaaaaaaa"


class Held:
    """A `Source` in memory."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def header(recording: str = RECORDING, key: bytes = KEY, salt: int = 1) -> Header:
    return Header(CALL, recording, key_id(key), bytes([salt] * 32).hex(), bytes([salt] * 7).hex())


def sealed(*chunks: bytes, finished: bool = True, head: Header | None = None, key: bytes = KEY) -> bytes:
    sealer = Sealer(head or header(), key)
    content = bytearray(sealer.head)
    for chunk in chunks[: -1 if finished else None]:
        content += sealer.write(chunk) + sealer.cut()
    if finished:
        content += sealer.write(chunks[-1]) if chunks else b""
        content += sealer.finish()
    return bytes(content)


def opened(content: bytes, key: bytes = KEY) -> Opener:
    return Opener(Held(content), key)


def plain(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(opened(content, key).read())
