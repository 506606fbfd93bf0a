"""A recording taken along is played with the right key file, and with no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.recordings.key_file import KeyFile
from compliance.recordings.portable import sound_of_file, write_key
from gateway.kernel.errors import BadInput, NotFound, SetupError
from tests.unit.compliance.recordings.files import KEY, RECORDING, sealed


def key_file(path: Path) -> KeyFile:
    made = KeyFile(path)
    made.ensure()
    return made


def test_the_right_key_file_plays_it_and_no_other_does(tmp_path: Path) -> None:
    right, wrong = key_file(tmp_path / "right.key"), key_file(tmp_path / "wrong.key")
    file = tmp_path / f"{RECORDING}.rec"
    file.write_bytes(sealed(b"sound ", b"and more"))
    with pytest.raises(BadInput, match="not beside it"):
        list(sound_of_file(file, right))
    beside = write_key(file, RECORDING, right.wrap(KEY, RECORDING))
    assert b"".join(sound_of_file(file, right)) == b"sound and more"
    with pytest.raises(SetupError):
        list(sound_of_file(file, wrong))
    beside.write_text("{}")
    with pytest.raises(BadInput, match="not beside it"):
        list(sound_of_file(file, right))
    write_key(file, RECORDING, right.wrap(KEY, RECORDING))
    file.unlink()
    with pytest.raises(NotFound):
        list(sound_of_file(file, right))
