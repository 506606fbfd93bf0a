"""Whatever wraps the keys of recordings keeps these promises; a key file does."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.recordings.key_file import KeyFile
from compliance.recordings.keys import RotatingKeyEncryption, WrappedKey, new_key
from gateway.kernel.errors import SetupError


def key_file(folder: Path) -> KeyFile:
    made = KeyFile(folder / "keys" / "recordings.key")
    made.ensure()
    return made


@pytest.fixture(params=[key_file])
def wrapping(request: pytest.FixtureRequest, tmp_path: Path) -> RotatingKeyEncryption:
    return request.param(tmp_path)


def test_a_wrapped_key_opens_for_its_recording_only(wrapping: RotatingKeyEncryption) -> None:
    key = new_key()
    wrapped = wrapping.wrap(key, "rec_1")
    assert wrapping.unwrap(wrapped, "rec_1") == key
    assert wrapped.key_id == wrapping.current
    assert key not in wrapped.wrapped and wrapped.wrapped != wrapping.wrap(key, "rec_1").wrapped
    with pytest.raises(SetupError):
        wrapping.unwrap(wrapped, "rec_2")


def test_a_changed_wrapped_key_opens_nothing(wrapping: RotatingKeyEncryption) -> None:
    wrapped = wrapping.wrap(new_key(), "rec_1")
    for place in range(len(wrapped.wrapped)):
        changed = bytearray(wrapped.wrapped)
        changed[place] ^= 1
        with pytest.raises(SetupError):
            wrapping.unwrap(WrappedKey(wrapped.key_id, bytes(changed)), "rec_1")


def test_the_key_before_a_rotation_still_unwraps_and_the_one_before_that_does_no_more(
    wrapping: RotatingKeyEncryption,
) -> None:
    key = new_key()
    wrapped = wrapping.wrap(key, "rec_1")
    assert wrapping.add_key() == wrapping.current != wrapped.key_id
    assert wrapping.unwrap(wrapped, "rec_1") == key
    assert wrapping.wrap(key, "rec_1").key_id == wrapping.current
    wrapping.add_key()
    with pytest.raises(SetupError, match=wrapped.key_id):
        wrapping.unwrap(wrapped, "rec_1")


def test_a_key_file_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    made = key_file(tmp_path)
    path = tmp_path / "keys" / "recordings.key"
    assert path.stat().st_mode & 0o777 == 0o600
    before = made.current
    made.ensure()
    assert made.current == before
    made.add_key()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ=\n"])
def test_what_is_no_key_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recordings.key"
    path.write_bytes(content)
    with pytest.raises(SetupError, match="not a key file"):
        KeyFile(path).wrap(new_key(), "rec_1")
    path.unlink()
    with pytest.raises(SetupError, match="missing"):
        KeyFile(path).wrap(new_key(), "rec_1")
