"""Reads an export and checkpoints from files and has them verified, with the progress of large ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from compliance.ledger.checkpoint import notes_in
from compliance.ledger.findings import Report
from compliance.ledger.notes import VerifierKey, read_key
from compliance.ledger.verify import Verification
from gateway.kernel.errors import BadInput

SHOWN_FROM = 8 * 1024 * 1024  # bytes; less is read in a second or two
_STEP = 1024 * 1024
_HELP = "gateway audit verify --help"


def check_export(file: Path, key: str | None, checkpoints: Iterable[Path]) -> Report:
    """Raises BadInput for a key that is none."""
    kept = [note for path in checkpoints for note in notes_in(path.read_text("utf-8", "replace").splitlines(True))]
    found = Verification(_key(key) if key else None, kept)
    with file.open("rb") as stream:
        for line in _with_progress(stream, file.stat().st_size):
            found.line(line)
    return found.end()


def report_json(report: Report) -> dict[str, Any]:
    return {"good": report.good} | asdict(report)


def _key(given: str) -> VerifierKey:
    path = Path(given)
    try:
        return read_key(path.read_text() if path.is_file() else given)
    except (ValueError, OSError) as error:
        raise BadInput(f"--key is no key of a ledger: {error}", todo=_HELP) from error


def _with_progress(stream: BinaryIO, size: int) -> Iterator[str]:
    if size < SHOWN_FROM or not sys.stderr.isatty():
        yield from (line.decode("utf-8", "replace") for line in stream)
        return
    columns = ("verifying", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, read, told = progress.add_task("", total=size), 0, 0
        for line in stream:
            yield line.decode("utf-8", "replace")
            read += len(line)
            if read - told >= _STEP:
                progress.update(task, completed=read)
                told = read
