"""A recording taken along: its encrypted file, and beside it its wrapped key. Played offline with the key file.

rec_….rec   the file as it is stored        rec_….key   JSON: recording, key_id, wrapped (base64)
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

from compliance.recordings.keys import KeyEncryption, WrappedKey
from compliance.recordings.local_store import LocalStore
from compliance.recordings.opening import Opener
from gateway.kernel.errors import BadInput

KEY_SUFFIX = ".key"
KEY_ID, WRAPPED_KEY = "Recording-Key-Id", "Recording-Wrapped-Key"  # headers of the response that has the file


def keep_file(folder: Path, recording: str, headers: Mapping[str, str], content: bytes) -> list[str]:
    """What `GET /v1/recordings/{id}/file` answered, as two files; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{recording}.rec"
    file.write_bytes(content)
    beside = write_key(file, recording, WrappedKey(headers[KEY_ID], b64decode(headers[WRAPPED_KEY])))
    return [file.name, beside.name]


def write_key(file: Path, recording: str, wrapped: WrappedKey) -> Path:
    """Beside `file`; it opens nothing without the key that wrapped it."""
    beside = file.with_suffix(KEY_SUFFIX)
    said = {"recording": recording, "key_id": wrapped.key_id, "wrapped": b64encode(wrapped.wrapped).decode()}
    beside.write_text(json.dumps(said, indent=2) + "\n")
    return beside


def sound_of_file(file: Path, keys: KeyEncryption) -> Iterator[bytes]:
    """Ogg. Raises BadInput, NotFound, SetupError, RecordingBroken."""
    beside = file.with_suffix(KEY_SUFFIX)
    try:
        said = json.loads(beside.read_text())
        recording, wrapped = said["recording"], WrappedKey(said["key_id"], b64decode(said["wrapped"], validate=True))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"the wrapped key of this recording is not beside it, in {beside.name}", todo="keep both files together"
        ) from error
    key = keys.unwrap(wrapped, recording)
    with LocalStore(file.parent).open(file.name) as source:
        opener = Opener(source, key)
        opener.require_complete()
        yield from opener.read()
