"""Playing recordings: decrypted in memory, piece by piece, for whoever may, once the redaction pass is journalled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from compliance.recordings.keys import KeyEncryption, WrappedKey
from compliance.recordings.links import Links
from compliance.recordings.models import RecordingRow
from compliance.recordings.opening import Opener
from compliance.recordings.storage import Storage
from gateway.kernel.errors import Conflict, GatewayError, NotFound

MEDIA_TYPE = "audio/ogg"
PIECE = 1 << 18  # bytes


class RecordingPlayer:
    def __init__(self, keys: KeyEncryption, storage: Storage, links: Links) -> None:
        self._keys, self.storage, self.links = keys, storage, links

    @contextmanager
    def open(self, row: RecordingRow) -> Iterator[Opener]:
        """Blocking. Raises what `check_playable` raises, RecordingBroken, NotFound, Unavailable, SetupError."""
        check_playable(row)
        assert row.wrapped_key is not None
        key = self._keys.unwrap(WrappedKey(row.key_id, row.wrapped_key), row.id)
        with self.storage.of(row.store).open(row.file) as source:
            opener = Opener(source, key)
            opener.require_complete()
            yield opener

    def size(self, row: RecordingRow) -> int:
        """Bytes of sound; everything that can be wrong with the file's outline is found here. Blocking."""
        with self.open(row) as opener:
            return opener.size

    def read(self, row: RecordingRow, start: int, end: int) -> Iterator[bytes]:
        """Blocking."""
        with self.open(row) as opener:
            yield from opener.read(start, end)

    def stored(self, row: RecordingRow) -> Iterator[bytes]:
        """The file as it is, encrypted. Blocking."""
        check_playable(row)
        with self.storage.of(row.store).open(row.file) as source:
            for offset in range(0, source.size, PIECE):
                yield source.read(offset, PIECE)


def check_playable(row: RecordingRow) -> None:
    """Raises NotFound for what is no more, Conflict for what may not be heard yet."""
    if row.state == "erased" or row.wrapped_key is None:
        raise Gone("the recording was erased", code="recording.erased")
    if row.state == "failed":
        raise NotFound("nothing was recorded", code="recording.failed")
    if row.state != "ready" or row.redacted_at is None:
        raise Conflict(
            "the recording cannot be played before its redaction pass", code="recording.not_redacted",
            todo="it runs when the call is over and a recorder is there: gateway status",
        )  # fmt: skip


class Gone(GatewayError):
    status, code, title = 410, "gone", "It is no more"
