"""Runs one stack from start to end: Redis, livekit-server, control plane, then SIP node and workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable

from gateway.kernel.errors import SetupError
from gateway.stack import livekit_server, redis_server
from gateway.stack.plan import StackPlan, StackRecord
from gateway.stack.programs import (
    control_plane_program,
    livekit_program,
    recorder_program,
    redis_program,
    sip_program,
    worker_program,
)
from gateway.stack.supervisor import Progress, Supervisor

Say = Callable[[str], None]


@contextlib.asynccontextmanager
async def running_stack(plan: StackPlan, *, say: Say, on_progress: Progress | None = None) -> AsyncIterator[Supervisor]:
    """A stack that is ready inside the block and gone after it, whatever happens in between."""
    record = StackRecord(plan.state_dir)
    record.claim()
    redis = redis_server.find()
    livekit = await asyncio.to_thread(livekit_server.find_or_build, say)
    states: dict[str, str] = {}

    def progress(name: str, state: str) -> None:
        states[name] = state
        record.write(_overall(states), plan, states, supervisor.pids())
        if on_progress:
            on_progress(name, state)

    supervisor = Supervisor(plan.logs, progress)
    try:
        await supervisor.start(redis_program(plan, redis))
        await asyncio.gather(supervisor.start(livekit_program(plan, livekit)), asyncio.to_thread(_migrate, plan))
        api_key = await asyncio.to_thread(_local_key, plan)
        await supervisor.start(control_plane_program(plan))
        workers = (worker_program(plan, number + 1) for number in range(plan.workers))
        await supervisor.start(sip_program(plan), recorder_program(plan), *workers)
        record.write_env(plan, api_key)
        states["stack"] = "ready"
        record.write("ready", plan, states, supervisor.pids())
        yield supervisor
    finally:
        await supervisor.stop()
        record.write("stopped", plan, states, {})


def _overall(states: dict[str, str]) -> str:
    if "stack" not in states:
        return "starting"
    return "ready" if all(state == "ready" for state in states.values()) else "recovering"


def _gateway(plan: StackPlan, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env={**os.environ, **plan.settings_env()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(f"`gateway {' '.join(arguments)}` failed:\n{done.stderr[-2000:]}", todo="gateway doctor")
    return done.stdout


def _migrate(plan: StackPlan) -> None:
    _gateway(plan, "migrate")


def _local_key(plan: StackPlan) -> str:
    return _gateway(plan, "local-key").strip().splitlines()[-1]


async def stopped_by_signal() -> None:
    """Returns at the first SIGINT or SIGTERM."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
