"""Signed notes (C2SP signed-note) with Ed25519: a text, and below it who signed it. Pure.

    text …
    <empty line>
    — name base64(key id, 4 bytes ‖ signature, 64 bytes)

A key is told as `name+<key id in hex>+base64(0x01 ‖ public key)`, as other programs of that format take it.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_MARK = "— "
LONGEST_NOTE = 64 * 1024


@dataclass(frozen=True)
class VerifierKey:
    """Whose signatures count. `name` has no space and no plus."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not name_fits(self.name) or len(self.public) != 32:
            raise ValueError("it is no name and Ed25519 key")

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"


def name_fits(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(letter.isspace() for letter in name)


def read_key(text: str) -> VerifierKey:
    """Raises ValueError for what is no such key, or one whose id is not its own."""
    name, _, rest = text.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    if key[:1] != _ED25519 or len(key) != 33:
        raise ValueError("it is no Ed25519 key of a signed note")
    found = VerifierKey(name, key[1:])
    if found.id.hex() != identifier:
        raise ValueError("the key's id is not its own")
    return found


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The whole note. `text` ends with a line's end."""
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    signature = b64encode(key.id + private.sign(text.encode())).decode()
    return f"{text}\n{_MARK}{name} {signature}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text, once `key` is found to have signed it. Raises ValueError, in words."""
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or len(note) > LONGEST_NOTE or not note.endswith("\n"):
        raise ValueError("it is no signed note")
    text += "\n"
    for line in signatures.splitlines():
        mark, _, said = line.partition(_MARK)
        name, _, encoded = said.partition(" ")
        if mark or not encoded:
            raise ValueError("it is no signed note")
        signature = _decoded(encoded)
        if (name, signature[:4]) != (key.name, key.id):
            continue  # of somebody else
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except InvalidSignature:
            raise ValueError("its signature is not good") from None
        return text
    raise ValueError("it is not signed with the key of this ledger")


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("it is not base64") from None
