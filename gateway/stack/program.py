"""One supervised child: what to start, how to know it is ready, how to stop it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.kernel.errors import SetupError
from gateway.kernel.lifeline import die_with_parent
from gateway.kernel.pii import mask

LOG_LIMIT = 20 * 1024 * 1024  # bytes of one child's log before it starts over


@dataclass(frozen=True)
class Program:
    """`ready` is asked until it says yes; `ready_within` bounds that in seconds."""

    name: str
    argv: list[str]
    ready: Callable[[], Awaitable[bool]]
    env: dict[str, str] = field(default_factory=dict)
    ready_within: float = 60.0
    stop_within: float = 5.0
    before_start: Callable[[], None] | None = None


class Child:
    """A started Program in a process group of its own; its output goes, masked, to its log file."""

    def __init__(self, program: Program, log_folder: Path) -> None:
        self.program = program
        self.log_path = log_folder / f"{program.name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._pump: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        if self.program.before_start:
            self.program.before_start()
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *self.program.argv,
            env={**os.environ, **self.program.env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
            limit=1024 * 1024,
        )
        self._pump = asyncio.get_running_loop().create_task(self._copy_output(), name=f"log:{self.program.name}")

    async def wait_ready(self) -> None:
        """Returns when ready; raises SetupError with the log's last lines when it ends or never gets there."""
        deadline = asyncio.get_running_loop().time() + self.program.ready_within
        while not await self.program.ready():
            if self.pid is None:
                raise SetupError(f"{self.program.name} ended while starting:\n{self.last_lines()}", todo=self._see())
            if asyncio.get_running_loop().time() > deadline:
                raise SetupError(
                    f"{self.program.name} was not ready after {self.program.ready_within:.0f} s:\n{self.last_lines()}",
                    todo=self._see(),
                )
            await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Waits until the process has ended; its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, after half the time once more (no more draining), then SIGKILL to the whole group."""
        if self._process is None:
            return
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.pid is None:
                break
            self._signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), self.program.stop_within / 2)
            except TimeoutError:
                continue
        self._kill_group()
        await self._process.wait()
        if self._pump:
            await asyncio.wait([self._pump], timeout=1.0)

    def last_lines(self, count: int = 8) -> str:
        if not self.log_path.exists():
            return ""
        lines = self.log_path.read_text(errors="replace").splitlines()[-count:]
        return "\n".join("    " + line[:400] for line in lines)

    def _see(self) -> str:
        return f"read {self.log_path}, then run: gateway doctor"

    def _signal(self, number: int) -> None:
        assert self._process is not None
        try:
            os.kill(self._process.pid, number)
        except ProcessLookupError:
            return

    def _kill_group(self) -> None:
        """Whatever the child left behind in its group ends with it."""
        assert self._process is not None
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    async def _copy_output(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        with self.log_path.open("a") as file:
            while True:
                try:
                    line = await self._process.stdout.readline()
                except ValueError:  # a line over the limit: drop it, go on
                    continue
                if not line:
                    return
                if file.tell() > LOG_LIMIT:
                    file.truncate(0)
                file.write(mask(line.decode(errors="replace")))
                file.flush()
