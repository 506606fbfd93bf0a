"""Free ports for stacks that live side by side on one machine.

A port is ours while we hold the lock on its file, so two stacks that start in the same moment never
pick the same one, and a port stays ours while its process restarts. Ports come from below the
kernel's ephemeral range, which starts at 32768.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

from gateway.kernel.errors import SetupError

LOW, HIGH = 20000, 32000


def _bindable(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


class PortAllocator:
    """Hands out locked ports; they are free again when the allocator (or its process) ends."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / f"gateway-ports-{os.getuid()}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._held: list[IO[str]] = []

    def one(self) -> int:
        """A port that nothing listens on, TCP and UDP."""
        return self.block(1)

    def block(self, size: int) -> int:
        """The first of `size` consecutive free ports; even when `size` > 1 (RTP wants even ports)."""
        for _ in range(400):
            start = random.randrange(LOW, HIGH - size, 2)
            if self._take(range(start, start + size)):
                return start
        raise SetupError(
            f"no {size} free ports were found between {LOW} and {HIGH}",
            todo="end what listens there: ss -lntup",
        )

    def _take(self, ports: range) -> bool:
        files: list[IO[str]] = []
        for port in ports:
            file = (self._folder / str(port)).open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                break
            files.append(file)
            if not _bindable(port):
                break
        else:
            self._held += files
            return True
        for file in files:
            file.close()
        return False

    def close(self) -> None:
        for file in self._held:
            file.close()
        self._held.clear()
