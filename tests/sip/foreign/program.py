"""A phone of somebody else's as a child process, steered from outside; what all of them have in common."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self


class Program:
    """A phone as a child process; it ends with the `with` block."""

    leaves_within_s = 10.0  # then it is killed

    def __init__(self, command: list[str], folder: Path) -> None:
        self.log = folder / "phone.log"
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, text=True, env=environment
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(self.leaves_within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def call(self, uri: str) -> None:
        raise NotImplementedError

    def press(self, digits: str) -> None:
        raise NotImplementedError

    def hang_up(self) -> None:
        raise NotImplementedError

    def heard(self) -> Path:
        """A wav file of what came out of the loudspeaker; complete after the `with` block."""
        raise NotImplementedError
