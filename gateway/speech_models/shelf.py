"""The folder of one model: its files, what they were when they came, and whether they still are.

`lock.json` holds sha256 and size of every file, written once all of them were there. From then on that is what counts,
also for files whose hash no publisher tells.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from gateway.kernel.errors import Conflict
from gateway.speech_models.catalogue import ModelFile, SpeechModel

LOCK, BUSY = "lock.json", ".fetching"


@dataclass(frozen=True)
class Seen:
    """Of one file: `fault` is empty when it is right."""

    name: str
    size: int = 0
    sha256: str = ""
    fault: str = ""


class Shelf:
    """`models_dir` has a folder per model."""

    def __init__(self, models_dir: Path, model: SpeechModel) -> None:
        self.model = model
        self.folder = models_dir / model.name

    def is_there(self) -> bool:
        """All files, whatever is in them."""
        return all((self.folder / file.name).is_file() for file in self.model.files)

    def noted(self) -> dict[str, str]:
        """sha256 by file name; none where nothing was written down or it cannot be read."""
        try:
            kept = json.loads((self.folder / LOCK).read_text())["files"]
            return {str(name): str(one["sha256"]) for name, one in kept.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def expected(self, file: ModelFile) -> str:
        """The hash that counts; empty where nobody knows one."""
        return file.sha256 or self.noted().get(file.name, "")

    def look(self) -> list[Seen]:
        """Every file, read to its end."""
        return [self._look_at(file) for file in self.model.files]

    def _look_at(self, file: ModelFile) -> Seen:
        path = self.folder / file.name
        if not path.is_file():
            return Seen(file.name, fault="missing")
        size, found, wanted = path.stat().st_size, sha256_of(path), self.expected(file)
        fault = "empty" if size == 0 else "not what it was" if wanted and found != wanted else ""
        return Seen(file.name, size, found, fault)

    def note(self) -> list[Seen]:
        """Writes down what is there; it counts from now on. Raises Conflict when something is missing or wrong."""
        seen = self.look()
        if faults := [f"{one.name} is {one.fault}" for one in seen if one.fault]:
            raise Conflict(f"{self.model.name}: {', '.join(faults)}", todo=f"gateway models fetch {self.model.name}")
        files = {one.name: {"sha256": one.sha256, "bytes": one.size} for one in seen}
        content = {"model": self.model.name, "licence": self.model.licence, "files": files}
        part = self.folder / f"{LOCK}.part"
        part.write_text(json.dumps(content, indent=1) + "\n")
        part.replace(self.folder / LOCK)
        return seen

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else fetches into this folder meanwhile; raises Conflict when somebody does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / BUSY).open("w") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(f"{self.model.name} is being fetched already", todo="wait for it") from error
            yield
        (self.folder / BUSY).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put_in_place(part: Path, path: Path) -> None:
    """On the disk, then under its name, so that nobody sees half a file there."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
