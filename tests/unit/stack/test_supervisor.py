"""Real child processes: started when ready, restarted when they die, gone when the supervisor goes."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.kernel.errors import SetupError
from gateway.stack.probes import file_exists
from gateway.stack.program import Program
from gateway.stack.supervisor import Supervisor

WRITES_AND_WAITS = (
    "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch();"
    "print('call +15105550100', flush=True); signal.pause()"
)


class Story:
    """What the supervisor told, with an event to await each line by."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._changed = asyncio.Event()

    def tell(self, name: str, state: str) -> None:
        self.lines.append((name, state))
        self._changed.set()

    async def until(self, state: str, times: int = 1) -> None:
        async with asyncio.timeout(30):
            while [s for _, s in self.lines].count(state) < times:
                self._changed.clear()
                await self._changed.wait()


def program(folder: Path, code: str = WRITES_AND_WAITS, **rest: object) -> Program:
    flag = folder / "ready"
    flag.unlink(missing_ok=True)
    return Program(
        "child", [sys.executable, "-c", code, str(flag)], file_exists(flag),
        before_start=lambda: flag.unlink(missing_ok=True), **rest,  # type: ignore[arg-type]
    )  # fmt: skip


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ended(pidfd: int) -> bool:
    """Waits for the process behind `pidfd` to end; False after 30 seconds."""
    readable, _, _ = select.select([pidfd], [], [], 30)
    os.close(pidfd)
    return bool(readable)


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    story = Story()
    supervisor = Supervisor(tmp_path / "logs", story.tell)
    await supervisor.start(program(tmp_path))
    first = supervisor.pids()["child"]
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await story.until("ready", 2)
    second = supervisor.pids()["child"]
    assert second not in (None, first)
    await supervisor.stop()
    assert not alive(second or 0)
    assert story.lines[-1] == ("child", "stopped")


async def test_the_output_is_kept_masked(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "logs", lambda name, state: None)
    await supervisor.start(program(tmp_path))
    await supervisor.stop()
    assert (tmp_path / "logs" / "child.log").read_text() == "call ‹number›\n"


async def test_a_child_that_ends_while_starting_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "logs", lambda name, state: None)
    with pytest.raises(SetupError, match="out of luck"):
        await supervisor.start(program(tmp_path, "print('out of luck'); raise SystemExit(3)"))
    await supervisor.stop()


async def test_a_child_that_never_gets_ready_is_an_error(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "logs", lambda name, state: None)
    with pytest.raises(SetupError, match="not ready"):
        await supervisor.start(program(tmp_path, "import signal; signal.pause()", ready_within=0.5))
    await supervisor.stop()


async def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "while True: signal.pause()\n"
    )
    flag = tmp_path / "ready"
    supervisor = Supervisor(tmp_path / "logs", lambda name, state: None)
    await supervisor.start(program(tmp_path, code, stop_within=0.4))
    pid, grandchild = supervisor.pids()["child"], os.pidfd_open(int(flag.read_text()))
    await supervisor.stop()
    assert not alive(pid or 0)
    assert ended(grandchild)


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys, pathlib\n"
        "from gateway.stack.supervisor import Supervisor\n"
        "from gateway.stack.program import Program\n"
        "from gateway.stack.probes import file_exists\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "async def main():\n"
        "    s = Supervisor(folder / 'logs', lambda n, t: None)\n"
        f"    await s.start(Program('child', [sys.executable, '-c', {WRITES_AND_WAITS!r}, str(folder / 'ready')],"
        " file_exists(folder / 'ready')))\n"
        "    print(s.pids()['child'], flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        watch = os.pidfd_open(child)
        parent.kill()
        assert ended(watch), "the child outlived its supervisor"
