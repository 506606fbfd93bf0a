"""Fetches the files of a model: goes on where it stopped, stops at a bound, and believes a file by its hash alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from gateway.kernel.errors import Conflict, Unavailable
from gateway.speech_models.catalogue import HUB, ModelFile
from gateway.speech_models.shelf import Seen, Shelf, put_in_place, sha256_of

TRIES = 3  # of a file whose transfer breaks; each goes on where the last one stopped
SMALLEST_BOUND, SLACK = 1_000_000, 1.5  # bytes; how much more than the catalogue says a file may be
WAIT = httpx.Timeout(30.0, connect=10.0)

Progress = Callable[[str, int, int], None]
"""File, bytes so far, bytes in all (0: not told)."""


class Broken(Unavailable):
    """The transfer ended too early; what came is kept."""

    code = "models.broken_transfer"


class Fetcher:
    """`mirror` stands in the place of the model hub, for machines that reach another one only."""

    def __init__(self, shelf: Shelf, progress: Progress, mirror: str = HUB) -> None:
        self._shelf, self._progress, self._mirror = shelf, progress, mirror.rstrip("/")

    def fetch(self) -> list[Seen]:
        """What is missing or not what it should be; then writes down what is there. Raises Unavailable, Conflict."""
        with self._shelf.alone(), httpx.Client(follow_redirects=True, timeout=WAIT) as client:
            for file in self._shelf.model.files:
                if not self._has(file):
                    self._one(client, file)
            return self._shelf.note()

    def _has(self, file: ModelFile) -> bool:
        path, wanted = self._shelf.folder / file.name, self._shelf.expected(file)
        return bool(wanted) and path.is_file() and sha256_of(path) == wanted

    def _one(self, client: httpx.Client, file: ModelFile) -> None:
        path = self._shelf.folder / file.name
        part = path.with_name(f"{file.name}.part")
        for left in reversed(range(TRIES)):
            try:
                self._receive(client, file, part)
                break
            except Broken:
                if not left:
                    raise
        if (wanted := self._shelf.expected(file)) and (found := sha256_of(part)) != wanted:
            _drop(part)
            raise Conflict(
                f"{file.name} is not the file that was expected: its sha256 is {found}, not {wanted}",
                code="models.wrong_hash",
                todo=f"type it again; if it stays so, look at {self._url(file)} or remove {self._shelf.folder}",
            )
        put_in_place(part, path)
        _tag(part).unlink(missing_ok=True)

    def _receive(self, client: httpx.Client, file: ModelFile, part: Path) -> None:
        """Into `part`, behind what it has already if the server still has the same file."""
        url, had = self._url(file), part.stat().st_size if part.is_file() else 0
        tag = _tag(part).read_text() if had and _tag(part).is_file() else ""
        headers = {"accept-encoding": "identity"}
        if tag:
            headers |= {"range": f"bytes={had}-", "if-range": tag}
        try:
            with client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    _drop(part)
                    raise Broken(f"{file.name} cannot be gone on with", todo="type it again")
                self._check(answer, url)
                goes_on = bool(tag) and answer.status_code == httpx.codes.PARTIAL_CONTENT
                self._write(answer, file, part, had if goes_on else 0)
        except httpx.TransportError as error:
            raise self._lost(error, file, part) from error

    def _check(self, answer: httpx.Response, url: str) -> None:
        if url.startswith("https:") and any(step.url.scheme != "https" for step in (*answer.history, answer)):
            raise Unavailable("the model hub sends on to an address without TLS", todo="use another --mirror")
        if not answer.is_success:
            raise Unavailable(f"{url} answered {answer.status_code}", todo=self._by_hand())

    def _write(self, answer: httpx.Response, file: ModelFile, part: Path, had: int) -> None:
        bound = max(SMALLEST_BOUND, int(file.mb * 1e6 * SLACK))
        length = had + int(answer.headers.get("content-length") or 0)
        if max(length, had) > bound:
            raise _too_large(file)
        if length > had and shutil.disk_usage(part.parent).free < length - had:
            raise Conflict(f"no room for {file.name}", todo=f"make room for {length / 1e6:.0f} MB at {part.parent}")
        if not had:
            _tag(part).unlink(missing_ok=True)
            if (tag := answer.headers.get("etag", "")) and not tag.startswith("W/"):
                _tag(part).write_text(tag)
        done = had
        with part.open("ab" if had else "wb") as out:
            for chunk in answer.iter_bytes():
                done += len(chunk)
                if done > bound:
                    raise _too_large(file)
                out.write(chunk)
                self._progress(file.name, done, length)

    def _lost(self, error: httpx.TransportError, file: ModelFile, part: Path) -> Unavailable:
        kept = part.stat().st_size if part.is_file() else 0
        if kept and not isinstance(error, httpx.ConnectError):
            return Broken(
                f"the transfer of {file.name} broke off after {kept / 1e6:.1f} MB",
                todo=f"gateway models fetch {self._shelf.model.name}: it goes on from there",
            )
        host = httpx.URL(self._url(file)).host
        return Unavailable(f"{host} cannot be reached from this machine", todo=self._by_hand())

    def _by_hand(self) -> str:
        """For a machine without a network."""
        wanted = "\n    ".join(self._url(file) for file in self._shelf.model.files)
        return (
            f"fetch these on another machine\n    {wanted}\n  and copy them to {self._shelf.folder}, then: "
            f"gateway models check {self._shelf.model.name} --note"
        )

    def _url(self, file: ModelFile) -> str:
        return file.url.replace(HUB, self._mirror, 1)


def _too_large(file: ModelFile) -> Conflict:
    return Conflict(
        f"{file.name} is far larger than the {file.mb:.1f} MB that it should have",
        code="models.too_large",
        todo="look at where it comes from before you go on",
    )


def _tag(part: Path) -> Path:
    """Which version of the file it is that `part` has the beginning of."""
    return part.with_name(f"{part.name}.etag")


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)
