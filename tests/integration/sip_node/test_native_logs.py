"""What LiveKit's native library has to say does not go through Python, where it cost half of every join."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from livekit import rtc
from livekit.rtc import _ffi_client

from gateway.livekit.native_logs import keep_out_of_python
from tests.integration.switchboard import Switchboard


def records_of_a_join(url: str, token: str, quiet: bool) -> int:
    """How many log records Python gets while a room is joined; in a process of its own."""
    seen: list[int] = []
    setattr(_ffi_client, "to_python_level", seen.append)  # noqa: B010 - called once per record
    if quiet:
        keep_out_of_python()

    async def join() -> None:
        room = rtc.Room()
        await room.connect(url, token)
        await room.disconnect()

    asyncio.run(join())
    return len(seen)


@pytest.mark.parametrize("quiet", [True, False])
async def test_a_join_tells_python_nothing_where_it_once_told_a_thousand_things(
    switchboard: Switchboard, quiet: bool
) -> None:
    token = switchboard.token("listener", "call-quiet", kind="agent")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        asked = alone.submit(records_of_a_join, switchboard.url, token, quiet)
        records = await asyncio.wait_for(asyncio.wrap_future(asked), 60)
    assert records == 0 if quiet else records > 100
