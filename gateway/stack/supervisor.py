"""Keeps the children running: health-gated start, restart of what dies, an end that leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.stack.program import Child, Program

_log = get_logger(__name__)

FIRST_DELAY, LONGEST_DELAY, STEADY_AFTER = 0.1, 5.0, 10.0  # seconds

Progress = Callable[[str, str], None]


class Supervisor:
    """`on_progress(name, state)` is told "starting", "ready", "ended", "restarting", "stopped"."""

    def __init__(self, log_folder: Path, on_progress: Progress) -> None:
        self._log_folder = log_folder
        self._tell = on_progress
        self._children: dict[str, Child] = {}
        self._keepers = TaskSet()
        self._stopping = False

    async def start(self, *programs: Program) -> None:
        """Starts these side by side and returns when all are ready; then keeps them alive."""
        await asyncio.gather(*(self._start_one(program) for program in programs))

    def pids(self) -> dict[str, int | None]:
        return {name: child.pid for name, child in self._children.items()}

    async def stop(self) -> None:
        """Ends the children, the last started first; returns when all are gone."""
        self._stopping = True
        await self._keepers.close()
        for name, child in reversed(self._children.items()):
            await child.stop()
            self._tell(name, "stopped")

    async def _start_one(self, program: Program) -> None:
        child = Child(program, self._log_folder)
        self._children[program.name] = child
        self._tell(program.name, "starting")
        await child.start()
        await child.wait_ready()
        self._tell(program.name, "ready")
        self._keepers.start(self._keep(child), name=f"keep:{program.name}")

    async def _keep(self, child: Child) -> None:
        """Restarts the child whenever it ends, at once at first, slower when it keeps dying."""
        delay = FIRST_DELAY
        loop = asyncio.get_running_loop()
        while not self._stopping:
            started = loop.time()
            status = await child.ended()
            self._tell(child.program.name, "ended")
            _log.warning("child_ended", child=child.program.name, status=status)
            await child.stop()  # the rest of its process group
            delay = FIRST_DELAY if loop.time() - started > STEADY_AFTER else min(delay * 2, LONGEST_DELAY)
            await asyncio.sleep(delay)
            self._tell(child.program.name, "restarting")
            try:
                await child.start()
                await child.wait_ready()
            except SetupError as error:
                _log.error("child_restart_failed", child=child.program.name, reason=error.detail)
                continue
            self._tell(child.program.name, "ready")
