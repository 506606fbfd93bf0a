"""Facts on disk while the control plane is away: one NDJSON file per sender, adopted when its sender died.

The file is locked (flock) by its writer; a file that nobody locks belongs to a process that is gone,
and any other sender of the folder may take it over. What was sent twice because of a crash has the same
id, so the receiver stores it once. No fsync: a spool survives its process, not the machine's power.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import deque
from pathlib import Path

MAX_BYTES = 32 * 1024 * 1024
SUFFIX = ".facts.ndjson"


class FactSpool:
    """A bounded queue of JSON lines, mirrored in a file that exists only while it is not empty."""

    def __init__(self, folder: Path, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self._path = folder / (re.sub(r"[^A-Za-z0-9._-]", "-", name) + f".{os.getpid()}{SUFFIX}")
        self._max_bytes = max_bytes
        self._lines: deque[str] = deque()
        self._bytes = 0
        self._descriptor: int | None = None

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def path(self) -> Path:
        return self._path

    def append(self, lines: list[str]) -> int:
        """Stores the lines in order; returns how many did not fit and are lost."""
        fitting: list[str] = []
        for line in lines:
            size = len(line.encode()) + 1
            if self._bytes + size > self._max_bytes:
                break
            fitting.append(line)
            self._bytes += size
        if fitting:
            os.write(self._file(), "".join(line + "\n" for line in fitting).encode())
            self._lines.extend(fitting)
        return len(lines) - len(fitting)

    def first(self, count: int) -> list[str]:
        """The oldest lines, which stay until `drop`."""
        return [self._lines[i] for i in range(min(count, len(self._lines)))]

    def drop(self, count: int) -> None:
        """Forgets the oldest lines; the file goes when the last one does."""
        for _ in range(min(count, len(self._lines))):
            self._lines.popleft()
        if not self._lines:
            self._bytes = 0
            self._remove()

    def adopt(self) -> int:
        """Takes over what dead senders left in the folder; returns how many lines."""
        adopted = 0
        for path in sorted(self._path.parent.glob(f"*{SUFFIX}")):
            if path != self._path:
                adopted += self._take(path)
        return adopted

    def close(self) -> None:
        """Leaves a non-empty file behind for the next sender."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, path: Path) -> int:
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return 0
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with os.fdopen(os.dup(descriptor), encoding="utf-8") as file:
                # A line that its writer could not finish ends without a newline and is no fact.
                lines = [line.rstrip("\n") for line in file if line.endswith("\n")]
            self.append(lines)
            path.unlink(missing_ok=True)
        except BlockingIOError:
            return 0  # its sender lives
        finally:
            os.close(descriptor)
        return len(lines)

    def _file(self) -> int:
        while self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:  # else another sender took the fresh file for an orphan
                self._descriptor = descriptor
            else:
                os.close(descriptor)
        return self._descriptor

    def _remove(self) -> None:
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            self.close()
