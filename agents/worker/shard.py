"""One of several processes of a worker, with several calls, a thread and an event loop for each: what blocks one call's
loop does not block another's, and memory is counted once. A shard is forked from the worker's fork server."""

from __future__ import annotations

import asyncio
import os
import signal
from multiprocessing.connection import Connection

from agents.worker.loop_lag import settle
from agents.worker.server import serve, signals
from gateway.kernel.logs import configure_logs
from gateway.livekit.own_events import each_answer_to_its_asker, each_stream_only_its_own
from gateway.settings import Settings

REGISTERED = b"registered"


def run_shard(settings: Settings, most: int, worker: Connection) -> None:
    """The whole life of the process. Says REGISTERED to `worker` each time LiveKit knows it; ends when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C goes to all; the worker passes on its own
    configure_logs(settings.worker.name)
    each_answer_to_its_asker()  # makes LiveKit's runtime, before threads could each make one
    each_stream_only_its_own()
    settle()
    asyncio.run(_serve(settings, most, worker))


async def _serve(settings: Settings, most: int, worker: Connection) -> None:
    # nobody would end this process, or start another one, when the worker has died
    asyncio.get_running_loop().add_reader(worker.fileno(), os._exit, 1)
    asked_to_end = signals(signal.SIGTERM)
    await serve(settings, lambda: worker.send_bytes(REGISTERED), asked_to_end, most=most, threads=True)
