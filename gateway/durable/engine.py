"""DBOS, on a thread with an event loop of its own: it keeps which works are begun, and hands each to be run.

It lives apart because it takes over the default executor of the loop it is started in, and would leave that loop
without one when it stops. Only ids of works cross over; the bodies run on the loop that called `start`. Contexts
do not cross: DBOS keeps in them which work is running, and a work begun by another would count as a step of it.
"""

from __future__ import annotations

import asyncio
import contextvars
import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, TextIO, TypeVar

import sqlalchemy
from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, WorkflowSerializationFormat
from dbos import error as dbos_error
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.durable.runner import Kind
from gateway.kernel.errors import SetupError

T = TypeVar("T")
Run = Callable[[str, str, dict[str, str]], Coroutine[Any, Any, None]]

APPLICATION = "phone-gateway"
# DBOS goes on only with works of its own version. It is a constant, so that no upgrade strands what is under way;
# a body must therefore understand what every earlier release began.
VERSION = "1"
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
CONNECTIONS = 4
THREADS = 16
QUEUE_POLL_S = 0.5
SETTLE_S = 5.0  # for writing down what has just been done; what is not written is run again
PAGE = 500


class Engine:
    """One at a time in a process; after `stop` another may start."""

    _running: ClassVar[Engine | None] = None

    def __init__(self, url: str, executor_id: str) -> None:
        self._url, self._executor_id = make_url(url), executor_id
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="durable", daemon=True)
        self._database: sqlalchemy.Engine | None = None
        self._lock: TextIO | None = None
        self._works: dict[str, Any] = {}
        self._queued: set[str] = set()

    async def start(self, kinds: Iterable[Kind], run: Run) -> None:
        """Launches, and runs what is begun and not done. Raises SetupError when one is running in this process."""
        if Engine._running is not None:
            raise SetupError("durable work is running in this process already", todo="close the other one first")
        Engine._running = self
        self._thread.start()
        async with AsyncExitStack() as half_way:
            half_way.push_async_callback(self.stop)
            try:
                await self._there(self._launch(kinds, run, asyncio.get_running_loop(), contextvars.copy_context()))
            except (SQLAlchemyError, dbos_error.DBOSException) as error:
                raise SetupError(
                    f"durable work cannot start: {_first_line(error)}",
                    todo="see that the database answers, and that its user may create the schema dbos",
                ) from error
            half_way.pop_all()

    async def begin(self, name: str, work_id: str, given: dict[str, str], *, lane: str, delay_s: float) -> None:
        await self._there(self._begin(name, work_id, given, lane, delay_s))

    async def forget_finished(self, name: str, before: datetime) -> int:
        return await self._there(self._forget(name, before))

    async def stop(self) -> None:
        """What is not done stays begun. Our bodies are cancelled before."""
        await self._there(self._settle())
        await asyncio.to_thread(self._end)
        Engine._running = None

    # -- on the thread ----------------------------------------------------------------------------------------

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        nothing = contextvars.Context()
        return await asyncio.wrap_future(nothing.run(asyncio.run_coroutine_threadsafe, work, self._loop))

    async def _launch(
        self, kinds: Iterable[Kind], run: Run, ours: asyncio.AbstractEventLoop, context: contextvars.Context
    ) -> None:
        log_like_everybody()
        DBOS(config=self._config())
        for kind in kinds:
            self._works[kind.name] = _workflow(kind.name, run, ours, context)
        DBOS.launch()
        for kind in kinds:
            if kind.lane_width:
                self._queued.add(kind.name)
                await DBOS.register_queue_async(
                    kind.name,
                    worker_concurrency=kind.width,
                    partition_worker_concurrency=kind.lane_width,
                    polling_interval_sec=QUEUE_POLL_S,
                    on_conflict="always_update",
                )

    def _config(self) -> DBOSConfig:
        config = DBOSConfig(
            name=APPLICATION,
            application_version=VERSION,
            executor_id=self._executor_id,
            log_level="WARNING",
            enable_otlp=False,
            max_executor_threads=THREADS,
        )
        if self._url.get_backend_name() == "sqlite":
            self._lock = _only_user_of(Path(str(self._url.database)))
            config["system_database_url"] = self._url.render_as_string(hide_password=False)
            config["sys_db_pool_size"] = CONNECTIONS
        else:  # with an engine of ours it does not look for a database named postgres
            url = self._url.set(drivername="postgresql+psycopg")
            self._database = sqlalchemy.create_engine(
                url, pool_size=CONNECTIONS, max_overflow=CONNECTIONS, pool_pre_ping=True
            )
            config["system_database_engine"] = self._database
            config["system_database_url"] = url.render_as_string(hide_password=False)
        return config

    async def _begin(self, name: str, work_id: str, given: dict[str, str], lane: str, delay_s: float) -> None:
        work = self._works[name]
        if name not in self._queued:
            with SetWorkflowID(work_id):
                await DBOS.start_workflow_async(work, work_id, given)
            return
        delay = delay_s if delay_s > 0 else None
        with SetWorkflowID(work_id), SetEnqueueOptions(queue_partition_key=lane, delay_seconds=delay):
            await DBOS.enqueue_workflow_async(name, work, work_id, given)

    async def _forget(self, name: str, before: datetime) -> int:
        forgotten = 0
        while old := await DBOS.list_workflows_async(
            name=name,
            status=FINISHED,
            completed_before=before.isoformat(),
            limit=PAGE,
            load_input=False,
            load_output=False,
        ):
            await DBOS.delete_workflows_async([one.workflow_id for one in old])
            forgotten += len(old)
        return forgotten

    async def _settle(self) -> None:
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=SETTLE_S)

    def _end(self) -> None:
        """Stops its threads first, which may be handing over a work at this moment and need the loop."""
        DBOS.destroy(destroy_registry=True)
        asyncio.run_coroutine_threadsafe(_cancel_the_rest(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._database is not None:
            self._database.dispose()
        if self._lock is not None:
            self._lock.close()


def _workflow(name: str, run: Run, ours: asyncio.AbstractEventLoop, context: contextvars.Context) -> Any:
    async def work(work_id: str, given: dict[str, str]) -> None:
        if ours.is_closed():  # any other error would be written down as the work's end
            raise asyncio.CancelledError
        body = run(name, work_id, given)
        await asyncio.wrap_future(context.copy().run(asyncio.run_coroutine_threadsafe, body, ours))

    # Nothing is written off after some number of crashes. Portable = JSON: nothing of it is ever unpickled.
    decorate = DBOS.workflow(
        name=name, max_recovery_attempts=None, serialization_type=WorkflowSerializationFormat.PORTABLE
    )
    return decorate(work)


async def _cancel_the_rest() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _only_user_of(path: Path) -> TextIO:
    """The file, ready, and a lock that another process cannot have: it would run what runs here. Raises SetupError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SetupError(
            f"another control plane works with {path}", todo="stop that one, or give this one a GATEWAY_STATE_DIR"
        ) from error
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # kept in the file; it would use a slower one
    finally:
        connection.close()
    return lock


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0]


def log_like_everybody() -> None:
    """Its lines go where ours go. It adds an output of its own only to a logger that has none."""
    logger = logging.getLogger("dbos")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = True
