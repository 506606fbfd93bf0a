"""A file as it is sent, with a bar of how much has gone. The other side takes it as fast as it can store it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

SHOWN_FROM = 512 * 1024  # bytes; less is gone in a second or two
_PIECE = 64 * 1024


@contextmanager
def pieces_of(file: BinaryIO) -> Iterator[Iterator[bytes]]:
    """For the body of a request. Without a terminal, or from a pipe, there is no bar."""
    found = os.fstat(file.fileno())
    size = found.st_size if stat.S_ISREG(found.st_mode) else 0
    if size < SHOWN_FROM or not sys.stderr.isatty():
        yield iter(lambda: file.read(_PIECE), b"")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("sending", total=size)

        def pieces() -> Iterator[bytes]:
            while piece := file.read(_PIECE):
                yield piece
                progress.advance(task, len(piece))
            progress.update(task, description="storing the rest")

        yield pieces()
