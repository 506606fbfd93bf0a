"""The worker process: with a process for each call, or with a few that have several calls each (docs/models.md)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from agents.speech import catalog, ears_keeper
from agents.worker.server import serve, signals
from agents.worker.shards import Shards
from agents.worker.sizes import calls_per_process, shard_sizes
from gateway.calls.fact_sender import FactSender
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens
from gateway.settings import Settings

_log = get_logger(__name__)


def run_worker(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; the first lets live calls finish, the second does not. Raises SetupError."""
    catalog.check(settings.speech)
    asyncio.run(_run(settings, calls_per_process(settings.worker, settings.speech)))


async def _run(settings: Settings, each: int) -> None:
    async with _with_ears(settings) as hearing, _announced(settings) as registered, _spool(settings):
        asked_to_end = signals(signal.SIGTERM, signal.SIGINT)
        most = settings.worker.max_calls
        if each == 1:
            await serve(hearing, registered, asked_to_end, most=most, threads=False)
        else:
            await _with_shards(hearing, registered, asked_to_end, shard_sizes(most, each))


async def _with_shards(
    settings: Settings, registered: Callable[[], None], asked_to_end: Callable[[], Awaitable[None]], sizes: list[int]
) -> None:
    shards = Shards(settings, sizes, registered)
    shards.start()
    try:
        await asked_to_end()
        _log.info("worker_draining")
        draining, impatient = asyncio.ensure_future(shards.drain()), asyncio.ensure_future(asked_to_end())
        await asyncio.wait([draining, impatient], return_when=asyncio.FIRST_COMPLETED)
        for waiting in (draining, impatient):
            waiting.cancel()
    finally:
        await shards.close()


@contextlib.asynccontextmanager
async def _with_ears(settings: Settings) -> AsyncIterator[Settings]:
    """With the ears that all calls share, where the settings choose such."""
    if not ears_keeper.wanted(settings.speech):
        yield settings
        return
    async with ears_keeper.EarsKeeper() as ears:
        speech = settings.speech.model_copy(update={"ears_socket": ears.path})
        yield settings.model_copy(update={"speech": speech})


@contextlib.asynccontextmanager
async def _announced(settings: Settings) -> AsyncIterator[Callable[[], None]]:
    """What writes the file that says: LiveKit knows this worker."""
    ready: Path = settings.state_dir / "run" / f"{settings.worker.name}.ready"

    def registered() -> None:
        ready.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        ready.write_text(f"{os.getpid()}\n")

    try:
        yield registered
    finally:
        ready.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _spool(settings: Settings) -> AsyncIterator[None]:
    """Sends what calls left behind whose process died."""
    spool = FactSender(
        settings.api.internal_url,
        RoleTokens(settings.keys_dir),
        "worker",
        f"worker:{settings.worker.name}",
        settings.spool_dir,
    )
    await spool.start()
    try:
        yield
    finally:
        await spool.close()
