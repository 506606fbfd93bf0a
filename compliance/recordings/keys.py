"""Each recording has a key of its own, wrapped by a key-encryption key that is kept apart from the database.

Erasing a recording destroys its wrapped key: what is left of the file, in backups too, is noise.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Protocol

from compliance.recordings.header import KEY_BYTES


@dataclass(frozen=True)
class WrappedKey:
    """`key_id` names the key that wrapped it."""

    key_id: str
    wrapped: bytes = field(repr=False)


class KeyEncryption(Protocol):
    """Wraps keys. May block: a key management service is asked over the network.

    All raise SetupError when the key that is needed is not there, or is not the one.
    """

    @property
    def current(self) -> str:
        """The id of the key that wraps now."""
        ...

    def wrap(self, key: bytes, recording: str) -> WrappedKey:
        """Bound to that recording: it cannot be given to another one's row."""
        ...

    def unwrap(self, wrapped: WrappedKey, recording: str) -> bytes: ...


class RotatingKeyEncryption(KeyEncryption, Protocol):
    """One whose key can be changed from here; a service's own is changed there."""

    def add_key(self) -> str:
        """A fresh key wraps from now on; the one before it still unwraps, one from before that does no more."""
        ...


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)
