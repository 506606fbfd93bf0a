r"""The head of a recording's file, and the keys that follow from it. Pure.

    "GWREC" version(1) CR LF │ length(2, big endian) │ JSON, sorted, without spaces

It is readable by anybody and changeable by nobody: its SHA-256 is part of what authenticates each chunk. `key` names
the recording's key (not the one that wraps it, which may be rotated without touching the file).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from compliance.recordings.faults import RecordingBroken

MAGIC = b"GWREC\x01\r\n"
KEY_BYTES, SALT_BYTES, PREFIX_BYTES = 32, 32, 7
MOST_BYTES = 64 * 1024  # plaintext of one chunk
MOST_MS = 500  # sound in one chunk: what a killed recorder loses at most
CODEC = "ogg/opus"
LONGEST = 4096  # bytes of a header; more is none of ours


@dataclass(frozen=True)
class Header:
    """`salt` and `prefix` are random, of this file alone (hex)."""

    call: str
    recording: str
    key: str
    salt: str
    prefix: str
    codec: str = CODEC
    most_bytes: int = MOST_BYTES
    most_ms: int = MOST_MS

    def pack(self) -> bytes:
        body = json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()
        return MAGIC + len(body).to_bytes(2, "big") + body

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.pack()).digest()

    def file_key(self, recording_key: bytes) -> bytes:
        """HKDF (RFC 5869) of the recording's key. Raises RecordingBroken for another recording's."""
        if key_id(recording_key) != self.key:
            raise RecordingBroken("the key is not the one of this recording", code="recording.wrong_key")
        info = b"gateway recording file v1|" + self.recording.encode()
        return HKDF(SHA256(), KEY_BYTES, salt=bytes.fromhex(self.salt), info=info).derive(recording_key)

    def nonce(self, number: int, *, last: bool) -> bytes:
        """Of a chunk (STREAM): prefix ‖ counter ‖ last; OverflowError above 2³² chunks."""
        return bytes.fromhex(self.prefix) + number.to_bytes(4, "big") + bytes([last])


def key_id(recording_key: bytes) -> str:
    """Names a key and tells nothing about it."""
    return hashlib.sha256(b"gateway recording key|" + recording_key).hexdigest()[:16]


def unpack(start: bytes) -> tuple[Header, int]:
    """The header at the beginning of a file, and its length in bytes. Raises RecordingBroken."""
    length = int.from_bytes(start[len(MAGIC) : len(MAGIC) + 2], "big")
    end = len(MAGIC) + 2 + length
    if not start.startswith(MAGIC) or end > len(start):
        raise _broken()
    try:
        fields: dict[str, Any] = json.loads(start[len(MAGIC) + 2 : end])
        header = Header(**fields)
        sizes = (len(bytes.fromhex(header.salt)), len(bytes.fromhex(header.prefix)))
    except (ValueError, TypeError) as error:
        raise _broken() from error
    if sizes != (SALT_BYTES, PREFIX_BYTES) or header.pack() != start[:end] or not 0 < header.most_bytes <= 1 << 24:
        raise _broken()
    return header, end


def _broken() -> RecordingBroken:
    return RecordingBroken("the file does not begin as a recording of ours", code="recording.header_broken")
