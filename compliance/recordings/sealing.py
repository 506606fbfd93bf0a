"""Encrypts a recording as it is made: plaintext in, whole chunks of the file out. Pure.

    length(4, big endian; the first bit says: this is the last) │ AES-256-GCM of the plaintext, with its tag (16)

What authenticates a chunk is its place (the counter in the nonce), whether it is the last, its length and the header;
so none can be moved, left out, doubled or taken from another file, and a file that ends early is known by that.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compliance.recordings.header import Header

TAG = 16
LAST = 1 << 31


class Sealer:
    """One file. `head` is to be written first, then whatever the methods return, in order.

    A chunk closes when `write` has filled it, or by `cut`. After `finish` nothing can follow.
    """

    def __init__(self, header: Header, recording_key: bytes) -> None:
        self.head = header.pack()
        self.chunks = 0
        self._header, self._digest = header, header.digest
        self._cipher = AESGCM(header.file_key(recording_key))
        self._open = bytearray()
        self._finished = False

    def write(self, plain: bytes) -> bytes:
        """The chunks that are full now; empty mostly."""
        self._open += plain
        most, full = self._header.most_bytes, bytearray()
        while len(self._open) >= most:
            full += self._seal(bytes(self._open[:most]), last=False)
            del self._open[:most]
        return bytes(full)

    def cut(self) -> bytes:
        """Closes the chunk that is open: what was written so far is then readable."""
        if not self._open:
            return b""
        return self._close(last=False)

    def finish(self) -> bytes:
        """The last chunk."""
        sealed = self._close(last=True)
        self._finished = True
        return sealed

    def _close(self, *, last: bool) -> bytes:
        plain = bytes(self._open)
        self._open.clear()
        return self._seal(plain, last=last)

    def _seal(self, plain: bytes, *, last: bool) -> bytes:
        if self._finished:
            raise ValueError("the recording is finished")
        length = length_field(len(plain), last=last)
        nonce = self._header.nonce(self.chunks, last=last)
        self.chunks += 1
        return length + self._cipher.encrypt(nonce, plain, self._digest + length)


def length_field(length: int, *, last: bool) -> bytes:
    return (length | (LAST if last else 0)).to_bytes(4, "big")
