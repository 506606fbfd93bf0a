"""Where the encrypted files are: a folder, or S3-compatible storage. A store sees no plaintext and no key."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from compliance.recordings.opening import Source


class Sink(Protocol):
    """A file that is being written. May block."""

    def append(self, content: bytes) -> None: ...

    def close(self) -> None:
        """From now on the file is there, whole; before, it is not there at all."""
        ...

    def abandon(self) -> None:
        """As if it had never been begun. Nothing happens after `close`."""
        ...


class Store(Protocol):
    """All may block, and raise Unavailable when the storage does not answer or refuses."""

    @property
    def kind(self) -> str:
        """What a recording's row says of where it is: local or s3."""
        ...

    def create(self, name: str) -> Sink: ...

    def open(self, name: str) -> AbstractContextManager[Source]:
        """Raises NotFound."""
        ...

    def remove(self, name: str) -> None:
        """One that is gone already is as good as removed."""
        ...
