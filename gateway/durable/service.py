"""Durable work, for the composition root.

durable = Durable(settings.workflows, settings.executor_id, clock)
durable.define("transfer", carry)                 # before start
await durable.start()                             # goes on with what a crash or a stop left
await durable.begin("transfer", work_id, {"call_id": …})
await durable.close()
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from gateway.durable.backoff import pause_after
from gateway.durable.runner import KEEP, Body, Kind, WorkRunner
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

if TYPE_CHECKING:
    from gateway.durable.engine import Engine

TIDY_S = 3600.0

_log = get_logger(__name__)


class Durable:
    """`url`: a SQLite file of its own, or the PostgreSQL database of the control plane (schema `dbos`).

    `executor_id`: whose works these are; only a control plane of the same id goes on with them.
    """

    def __init__(
        self, url: str, executor_id: str, clock: Clock, *, pause: Callable[[int], float] = pause_after
    ) -> None:
        self._url, self._executor_id, self._clock = url, executor_id, clock
        self._runner = WorkRunner(pause)
        self._engine: Engine | None = None
        self._tasks = TaskSet()

    def define(self, name: str, body: Body, *, lane_width: int = 0, width: int = 0, keep: timedelta = KEEP) -> None:
        """What work of this name does. Before `start`.

        With a `lane_width`, works wait in lanes: so many of one lane run at a time, and `width` of all together.
        `keep`: for how long after its end the same id is known to be done; begun again later, it runs again.
        """
        self._runner.define(Kind(name, body, lane_width, width, keep))

    async def start(self) -> None:
        from gateway.durable.engine import Engine  # half a second, which no other command needs to wait

        engine = Engine(self._url, self._executor_id)
        self._runner.open()
        await engine.start(self._runner.kinds, self._runner.run)
        self._engine = engine
        self._tasks.start(self._tidy_forever(), name="durable-tidy")

    async def begin(
        self, name: str, work_id: str, given: dict[str, str], *, lane: str = "", delay_s: float = 0.0
    ) -> None:
        """Returns when the work is sure to be done; it runs in the background. The same id again changes nothing.
        While the database is away it waits.

        `given`: ids, no personal data; it is kept for days. `lane` and `delay_s` (at the earliest after so long) are
        for works with lanes; those that wait cost no memory.
        """
        if self._engine is None:
            raise RuntimeError("durable work is not started")
        await self._engine.begin(name, work_id, given, lane=lane, delay_s=delay_s)

    async def tidy(self) -> int:
        """Forgets what has been done for long; returns how many works those were."""
        if self._engine is None:
            return 0
        now = self._clock.now()
        return sum([await self._engine.forget_finished(kind.name, now - kind.keep) for kind in self._runner.kinds])

    async def close(self) -> None:
        """Bodies are cancelled where they are; the next start runs them again."""
        await self._tasks.close()
        await self._runner.close()
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()

    async def _tidy_forever(self) -> None:
        while True:
            try:
                await self.tidy()
            except SQLAlchemyError:
                _log.exception("durable_tidy_failed")
            await asyncio.sleep(TIDY_S)
