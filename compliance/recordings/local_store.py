"""A folder of encrypted files: written to disk before `append` returns, visible under their name once whole.

What a recorder writes live (`create_live`) has its name from the beginning: a crash leaves what was appended so far.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from compliance.recordings.opening import Source
from gateway.kernel.errors import NotFound, Unavailable

_NAME = re.compile(r"^[A-Za-z0-9_.-]{1,120}$")
PART = ".part"
SUFFIX = ".rec"


class LocalSink:
    def __init__(self, path: Path, final: Path) -> None:
        self._path, self._final = path, final
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            _sync_folder(path.parent)
        except OSError as error:
            raise _unwritable(error) from error
        self._open = True

    def append(self, content: bytes) -> None:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fdatasync(self._file)
        except OSError as error:
            raise _unwritable(error) from error

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)
            if self._path != self._final:
                self._path.replace(self._final)
            _sync_folder(self._final.parent)

    def abandon(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)
            self._path.unlink(missing_ok=True)


class LocalSource:
    def __init__(self, file: int) -> None:
        self._file, self.size = file, os.fstat(file).st_size

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._file, length, offset)


class LocalStore:
    kind = "local"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str) -> LocalSink:
        final = self._path(name)
        part = final.with_name(final.name + PART)
        part.unlink(missing_ok=True)  # of an attempt that a crash ended
        return LocalSink(part, final)

    def create_live(self, name: str) -> LocalSink:
        path = self._path(name)
        path.unlink(missing_ok=True)  # of a recorder that was killed before anybody knew that it had begun
        return LocalSink(path, path)

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        try:
            file = os.open(self._path(name), os.O_RDONLY)
        except FileNotFoundError as error:
            raise NotFound("the recording's file is not there", code="recording.file_gone") from error
        try:
            yield LocalSource(file)
        finally:
            os.close(file)

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            _sync_folder(self.folder)

    def names(self) -> list[str]:
        """Every file, half-written ones too."""
        return sorted(path.name for path in self.folder.glob(f"*{SUFFIX}*"))

    def _path(self, name: str) -> Path:
        if not _NAME.match(name) or name.startswith("."):
            raise NotFound("that is no recording's file", code="recording.file_gone")
        return self.folder / name


def _sync_folder(folder: Path) -> None:
    """So that the name survives a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(
        f"a recording cannot be written ({error.strerror})", code="recording.disk",
        todo="look at the space and the rights of GATEWAY_RECORDINGS__FOLDER",
    )  # fmt: skip
