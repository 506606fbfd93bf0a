"""`gateway worker`: registers with LiveKit, takes calls, answers each in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import signal

from livekit import agents as lk_agents
from livekit.agents import AgentServer, JobRequest

from agents.session import answer_call, prepare_process
from agents.speech import catalog, ears_keeper
from gateway.calls.fact_sender import FactSender
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens
from gateway.settings import Settings

PRELOAD = "agents.preload"
DRAIN_S = 3600
RESTART_AFTER_FAILURES = 60  # connection attempts; 10 s apart at the end

_log = get_logger(__name__)


class CallSlots:
    """Counts calls, so that load is calls and nothing else; a busy CPU is no reason to refuse one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._launching = 0

    def load(self, server: AgentServer) -> float:
        """0 to 1, what LiveKit weighs workers by."""
        return min(self._taken(server) / self._most, 1.0)

    async def offer(self, server: AgentServer, request: JobRequest) -> None:
        """Takes the call if a slot is free; else LiveKit asks the next worker."""
        if self._taken(server) >= self._most:
            _log.warning("call_refused_worker_full", most=self._most)
            await request.reject(terminate=False)
            return
        self._launching += 1
        try:
            await request.accept()
        finally:
            self._launching -= 1

    def _taken(self, server: AgentServer) -> int:
        return len(server.active_jobs) + self._launching


def build_server(settings: Settings) -> AgentServer:
    """The server with our limits; not connected yet."""
    # Fork server and job processes read their settings again, and need no end-of-turn model (244 MB).
    os.environ["LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE"] = "0"
    slots = CallSlots(settings.worker.max_calls)
    server = AgentServer(
        ws_url=settings.livekit.url,
        api_key=settings.livekit.api_key,
        api_secret=settings.livekit.api_secret.get_secret_value(),
        host="127.0.0.1",
        port=settings.worker.http_port,
        load_fnc=slots.load,
        load_threshold=math.inf,  # CallSlots decides, also about two calls in the same instant
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


def run_worker(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; the first lets live calls finish, the second does not."""
    catalog.check(settings.speech)
    asyncio.run(_hear_and_serve(settings))


async def _hear_and_serve(settings: Settings) -> None:
    """With the ears that all calls share, where the settings choose such."""
    if not ears_keeper.wanted(settings.speech):
        await _serve(settings)
        return
    async with ears_keeper.EarsKeeper() as ears:
        speech = settings.speech.model_copy(update={"ears_socket": ears.path})
        await _serve(settings.model_copy(update={"speech": speech}))


async def _serve(settings: Settings) -> None:
    server = build_server(settings)
    ready = settings.state_dir / "run" / f"{settings.worker.name}.ready"

    def registered(worker_id: str, server_info: object) -> None:
        _log.info("worker_registered", worker=settings.worker.name, worker_id=worker_id)
        ready.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ready.write_text(f"{os.getpid()}\n")

    server.on("worker_registered", registered)
    spool = FactSender(
        settings.api.internal_url,
        RoleTokens(settings.keys_dir),
        "worker",
        f"worker:{settings.worker.name}",
        settings.spool_dir,
    )
    await spool.start()  # sends what calls left behind whose process died
    running = asyncio.ensure_future(server.run())
    ending = asyncio.ensure_future(_ended_by_signal(server))
    try:
        await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        ready.unlink(missing_ok=True)
        ending.cancel()
        await server.aclose()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await spool.close()


async def _ended_by_signal(server: AgentServer) -> None:
    """Returns when the worker should end: no call is left after a first signal, or a second one came."""
    asked: asyncio.Queue[None] = asyncio.Queue(maxsize=8)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: asked.full() or asked.put_nowait(None))
    await asked.get()
    _log.info("worker_draining")
    draining = asyncio.ensure_future(server.drain())
    impatient = asyncio.ensure_future(asked.get())
    await asyncio.wait([draining, impatient], return_when=asyncio.FIRST_COMPLETED)
    for waiting in (draining, impatient):
        waiting.cancel()


__all__ = ["build_server", "lk_agents", "run_worker"]
