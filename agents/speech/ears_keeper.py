"""The worker's side of the shared ears: the socket, the process behind it, and another one when that has ended."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from agents.speech.choice import all_of
from agents.speech.shared_ears import READY
from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.speech_settings import SpeechSettings

READY_WITHIN_S = 180.0  # a large model from a slow disk
AGAIN_AFTER_S, AGAIN_AT_MOST_S, STEADY_S = 0.1, 15.0, 60.0
BACKLOG = 128  # calls that ask while no process is there

_log = get_logger(__name__)


def wanted(settings: SpeechSettings) -> bool:
    return settings.shared and any(choice.kind == "faster-whisper" for choice in all_of(settings, "stt"))


class EarsKeeper:
    """`async with` it; `path` is where calls ask."""

    def __init__(self) -> None:
        # not in the state directory: the path of a unix socket has 107 bytes at most
        self._folder = Path(tempfile.mkdtemp(prefix="gateway-ears-"))
        self.path = self._folder / "s"
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._tasks = TaskSet()
        self._child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    async def __aenter__(self) -> EarsKeeper:
        """Returns when the models are loaded; raises SetupError when they cannot be."""
        self._listening.bind(str(self.path))
        self._listening.listen(BACKLOG)
        started = False
        try:
            child = await self._start()
            started = True
        finally:
            if not started:
                await self.__aexit__()
        self._tasks.start(self._keep(child), name="ears:keep")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.close()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()
        self._listening.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start(self) -> asyncio.subprocess.Process:
        fd = self._listening.fileno()
        child = self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "agents.speech.shared_ears", str(fd), pass_fds=[fd], stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                said = await child.stdout.readline()
        except TimeoutError:
            said = b""
        if said.strip() != READY.encode():
            raise SetupError(
                "the process that hears for all calls did not start",
                todo="read the worker's log; or set GATEWAY_SPEECH__SHARED=false, and each call loads the model",
            )
        _log.info("shared_ears_ready", pid=child.pid)
        return child

    async def _keep(self, child: asyncio.subprocess.Process) -> None:
        """For ever; a process that ends at once is started less and less often."""
        loop, pause = asyncio.get_running_loop(), AGAIN_AFTER_S
        while True:
            began = loop.time()
            code = await child.wait()
            pause = AGAIN_AFTER_S if loop.time() - began >= STEADY_S else min(pause * 2, AGAIN_AT_MOST_S)
            _log.warning("shared_ears_ended", code=code, again_in_s=pause)
            await asyncio.sleep(pause)
            try:
                child = await self._start()
            except SetupError as error:
                _log.error("shared_ears_not_started", reason=error.detail)
