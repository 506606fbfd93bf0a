"""Tasks are held, named and awaited; a failed one is logged, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Never

from gateway.kernel.logs import get_logger

_log = get_logger(__name__)


class TaskSet:
    """Holds background tasks until they end; `close` cancels and awaits the rest."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task_failed", task=task.get_name(), exc_info=error)

    async def join(self) -> None:
        """Waits for the tasks that run now."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        while self._tasks:  # one that ends may have started another
            for task in list(self._tasks):
                task.cancel()
            await self.join()

    def __len__(self) -> int:
        return len(self._tasks)


async def keep_going(work: Callable[[], Awaitable[object]], name: str, again_s: float) -> Never:
    """A loop of the process: whatever fails in `work` is logged, and it is done again after `again_s`, for ever."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - a database that is back must find the loop running
            _log.exception("loop_failed", loop=name)
        await asyncio.sleep(again_s)


async def first_of(*events: asyncio.Event) -> None:
    """Returns when one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
