"""A real process killed while it delivers: the next one goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.db.session import Database
from tests.integration.receiver import receiver, silence, status
from tests.integration.webhooks.post import post_office


@asynccontextmanager
async def delivering_process(database: Database, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Killed without warning at the end."""
    one = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.webhooks.one_process", database.url, str(folder),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield one
    finally:
        one.kill()
        await one.wait()


async def test_killed_while_it_sends_the_next_process_sends_the_same_again(database: Database, tmp_path: Path) -> None:
    async with (
        post_office(database, tmp_path, carries=False) as recording,
        receiver(silence, status(204)) as there,
    ):
        await recording.add(there.url, events=["call.ended"])
        await recording.short_call()
        async with delivering_process(database, tmp_path):
            await there.got(1)
        async with delivering_process(database, tmp_path):
            [row] = await recording.settled("delivered", 1)
        first, second = there.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert (row.id, row.attempts) == (first.headers["webhook-id"], 1)


async def test_killed_again_and_again_at_any_moment_everything_arrives(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path, carries=False) as recording, receiver(status(204)) as there:
        await recording.add(there.url)
        for round_ in range(3):
            before = len(there.requests)
            for _ in range(8):
                await recording.short_call()
            async with delivering_process(database, tmp_path):
                await there.got(before + 1 + 5 * round_)
        async with delivering_process(database, tmp_path):
            rows = await recording.settled("delivered", 72)
        times = Counter(request.headers["webhook-id"] for request in there.requests)
    assert set(times) == {row.id for row in rows} and len(rows) == 72
