"""The worker's side of its shards: starts them, starts another one in the place of one that died, ends them."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import cast

from agents.worker.server import PRELOAD, set_environment
from agents.worker.shard import run_shard
from agents.worker.sizes import health_port
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.settings import Settings

AGAIN_AFTER_S, AGAIN_AT_MOST_S, STEADY_S = 0.1, 15.0, 60.0
ENDS_WITHIN_S = 15.0  # when it need not wait for its calls

_log = get_logger(__name__)


@dataclass
class _Shard:
    process: BaseProcess
    said: Connection
    gone: asyncio.Event


def _of_shard(settings: Settings, number: int) -> Settings:
    """Each has a health port of its own, from the one that was set upwards."""
    port = health_port(settings.worker.http_port, number)
    return settings.model_copy(update={"worker": settings.worker.model_copy(update={"http_port": port})})


class Shards:
    """`ready` is called once all are registered with LiveKit."""

    def __init__(self, settings: Settings, sizes: list[int], ready: Callable[[], None]) -> None:
        self._settings, self._sizes, self._ready = settings, sizes, ready
        set_environment()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            ["livekit.agents.ipc._preload", PRELOAD, "agents.worker.shard", "livekit.agents.ipc._preload_freeze"]
        )
        self._tasks = TaskSet()
        self._shards: dict[int, _Shard] = {}
        self._registered: set[int] = set()
        self._ending = False

    def start(self) -> None:
        for number, most in enumerate(self._sizes):
            self._tasks.start(self._keep(number, most), name=f"worker:shard:{number}")

    async def drain(self) -> None:
        """Returns when all their calls are over."""
        self._end()
        await self._tasks.join()

    async def close(self) -> None:
        """Without waiting for calls."""
        self._end()
        for one in self._shards.values():  # the second time it is asked, a shard does not wait
            one.process.terminate()
        waiting = asyncio.ensure_future(self._tasks.join())
        await asyncio.wait([waiting], timeout=ENDS_WITHIN_S)
        for one in self._shards.values():
            _log.warning("shard_killed", pid=one.process.pid)
            one.process.kill()
        await waiting

    def _end(self) -> None:
        if not self._ending:
            self._ending = True
            for one in self._shards.values():
                one.process.terminate()

    async def _keep(self, number: int, most: int) -> None:
        """As long as the worker lives; one that ends at once is started less and less often."""
        loop, pause = asyncio.get_running_loop(), AGAIN_AFTER_S
        while not self._ending:
            began, code = loop.time(), None
            try:
                shard = await self._start(number, most)
            except OSError as error:  # no memory, no process left: another time there may be
                _log.error("shard_not_started", shard=number, reason=type(error).__name__)
            else:
                await shard.gone.wait()
                self._forget(number, shard)
                code = shard.process.exitcode
            if self._ending:
                return
            pause = AGAIN_AFTER_S if loop.time() - began >= STEADY_S else min(pause * 2, AGAIN_AT_MOST_S)
            _log.warning("shard_ended", shard=number, code=code, again_in_s=pause)
            await asyncio.sleep(pause)

    async def _start(self, number: int, most: int) -> _Shard:
        ours, theirs = multiprocessing.Pipe()
        process = self._context.Process(target=run_shard, args=(_of_shard(self._settings, number), most, theirs))
        await asyncio.to_thread(process.start)  # the first one waits for the fork server to have loaded everything
        theirs.close()
        shard = self._shards[number] = _Shard(process, cast("Connection", ours), asyncio.Event())
        loop = asyncio.get_running_loop()
        loop.add_reader(process.sentinel, shard.gone.set)
        loop.add_reader(ours.fileno(), self._heard, number, shard)
        if self._ending:
            process.terminate()
        return shard

    def _heard(self, number: int, shard: _Shard) -> None:
        try:
            shard.said.recv_bytes()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(shard.said.fileno())
            return
        self._registered.add(number)
        if len(self._registered) == len(self._sizes):
            self._ready()

    def _forget(self, number: int, shard: _Shard) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(shard.process.sentinel)
        loop.remove_reader(shard.said.fileno())
        shard.said.close()
        shard.process.join()
        del self._shards[number]
        self._registered.discard(number)
