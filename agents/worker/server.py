"""One process that is registered with LiveKit: its limits, and its life until it is asked to end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import signal
from collections.abc import Awaitable, Callable

from livekit.agents import AgentServer, JobExecutorType

from agents.ready import prepare_process
from agents.session import answer_call
from agents.worker.loop_lag import LoopLag
from agents.worker.slots import CallSlots
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.settings import Settings

PRELOAD = "agents.worker.preload"
DRAIN_S = 3600
ENVIRONMENT = {  # of the fork server and what comes of it
    "LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE": "0",  # the end-of-turn model, which nobody asks: 244 MB
    "LIVEKIT_AGENTS_LOOP_BLOCK_WARN_MS": "0",  # a thread for each call that wakes it 50 times a second: LoopLag instead
    "MALLOC_ARENA_MAX": "2",  # one for each thread would keep what every call once had
}
RESTART_AFTER_FAILURES = 60  # connection attempts; 10 s apart at the end

_log = get_logger(__name__)


def set_environment() -> None:
    """Before there is a fork server; what the operator has set stays."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def build_server(settings: Settings, slots: CallSlots, *, threads: bool) -> AgentServer:
    """The server with our limits; not connected yet. `threads`: its calls stay in this process, a thread for each."""
    set_environment()
    server = AgentServer(
        ws_url=settings.livekit.url,
        api_key=settings.livekit.api_key,
        api_secret=settings.livekit.api_secret.get_secret_value(),
        host="127.0.0.1",
        port=settings.worker.http_port,
        load_fnc=slots.load,
        load_threshold=math.inf,  # CallSlots decides, also about two calls in the same instant
        job_executor_type=JobExecutorType.THREAD if threads else JobExecutorType.PROCESS,
        num_idle_processes=max(settings.worker.idle_processes, 1),
        setup_fnc=functools.partial(prepare_process, settings),
        preload_modules=[PRELOAD],
        multiprocessing_context="forkserver",
        initialize_process_timeout=60.0,
        drain_timeout=DRAIN_S,
        max_retry=RESTART_AFTER_FAILURES,
    )
    server.rtc_session(
        answer_call,
        agent_name=settings.livekit.agent_name,
        on_request=functools.partial(slots.offer, server),
    )
    return server


async def serve(
    settings: Settings,
    registered: Callable[[], None],
    asked_to_end: Callable[[], Awaitable[None]],
    *,
    most: int,
    threads: bool,
) -> None:
    """Until it has ended: the first `asked_to_end` that returns lets live calls finish, the second does not."""
    tasks, lag = TaskSet(), LoopLag()
    server = build_server(settings, CallSlots(most, lag), threads=threads)

    def tell(worker_id: str, server_info: object) -> None:
        _log.info("worker_registered", worker=settings.worker.name, worker_id=worker_id)
        registered()

    server.on("worker_registered", tell)
    tasks.start(lag.run(), name="worker:lag")
    running = asyncio.ensure_future(server.run())
    ending = asyncio.ensure_future(_drained(server, asked_to_end))
    try:
        await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        ending.cancel()
        await server.aclose()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await tasks.close()


async def _drained(server: AgentServer, asked_to_end: Callable[[], Awaitable[None]]) -> None:
    """Returns when it should end: no call is left after it was asked once, or it was asked again."""
    await asked_to_end()
    _log.info("worker_draining")
    draining, impatient = asyncio.ensure_future(server.drain()), asyncio.ensure_future(asked_to_end())
    await asyncio.wait([draining, impatient], return_when=asyncio.FIRST_COMPLETED)
    for waiting in (draining, impatient):
        waiting.cancel()


def signals(*numbers: signal.Signals) -> Callable[[], Awaitable[None]]:
    """Each call of what this returns waits for one signal. Wants a running loop, of the main thread."""
    asked: asyncio.Queue[None] = asyncio.Queue(maxsize=8)
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, lambda: asked.full() or asked.put_nowait(None))
    return asked.get
