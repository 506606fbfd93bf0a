"""Where checkpoints are kept, outside the database: a file that is only ever appended to, mode 0600, on disk before
anybody is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from compliance.ledger.checkpoint import Signed, checkpoint_line, notes_in, open_checkpoint
from compliance.ledger.notes import VerifierKey
from gateway.kernel.errors import SetupError

_TAIL = 64 * 1024


class CheckpointFile:
    """`folder` may be on another disk, or one that can only be added to. Beside the file lies the public key."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        self.path, self._folder, self._key = folder / "checkpoints.jsonl", folder, key

    def open(self) -> Signed | None:
        """Makes what is missing; returns the last checkpoint. Raises SetupError when another key has signed it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.path.exists():
            self._append("")
            (self._folder / "ledger.pub").write_text(self._key.text() + "\n")
            return None
        last = next((note for note in reversed(list(notes_in(self._tail()))) if note), None)
        if last is None:
            return None
        try:
            return open_checkpoint(last, self._key)
        except ValueError as error:
            raise SetupError(
                f"the last checkpoint in {self.path} is not of this ledger's key: {error}",
                todo="restore keys/ledger.key from your backup, or set GATEWAY_LEDGER__FOLDER to a new folder",
            ) from error

    def add(self, signed: Signed, at: datetime) -> None:
        """Blocks until the disk has it. A line that a crash has cut off is ended first."""
        line = checkpoint_line(signed, at)
        self._append(line if self._ends_whole() else "\n" + line)

    def length(self) -> int:
        """In bytes; what is added later lies behind it."""
        return self.path.stat().st_size if self.path.exists() else 0

    def notes(self, length: int) -> Iterator[str]:
        """Those of the first `length` bytes that can be read, from old to new."""
        if not length:
            return
        with self.path.open("rb") as file:
            yield from (note for note in notes_in(_lines(file, length)) if note)

    def _append(self, text: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _tail(self) -> list[str]:
        with self.path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
        return lines[1:] if length > _TAIL else lines


def _lines(file: BinaryIO, left: int) -> Iterator[str]:
    for line in file:
        left -= len(line)
        if left < 0:
            return
        yield line.decode(errors="replace")
