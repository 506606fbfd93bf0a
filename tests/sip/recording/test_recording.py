"""Calls that are recorded over real SIP: what is on which side, what a pause leaves, what a killed recorder leaves."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.phone.phone import Phone
from gateway.phone.script import Say
from gateway.stack.ports import PortAllocator
from tests.sip.foreign.sound import write_wav
from tests.sip.recording.heard import NOT_THERE, THERE, level, loudness, play, ready_recordings, recordings_of
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import RATE, tone

GREETING = "demo agent"
FIRST_HZ, HIDDEN_HZ, LAST_HZ = 2630, 1810, 3210
NOTICE = {"disclosure": {"record": "notice", "caller_places": ["US-TX"]}}


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield phone
    finally:
        ports.close()


class Recorded:
    """A call of our phone that is recorded, and the stack's word on it."""

    def __init__(self, stack: RunningStack, phone: Phone, folder: Path) -> None:
        self.stack, self.phone, self._folder = stack, phone, folder
        self.call_id = ""

    async def begins(self) -> None:
        """The caller was told, was greeted, and is being recorded."""
        self.call_id = await asyncio.to_thread(self.stack.was_told, self.phone.sip_call_id, GREETING)
        await self.told("recording_started")

    async def hums(self, hertz: int, seconds: float = 2) -> None:
        wav = write_wav(self._folder / f"{hertz}.wav", tone(hertz, seconds), RATE)
        await self.phone.say(Say(f"{hertz} Hz", wav))

    async def told(self, kind: str, times: int = 1) -> None:
        def told() -> bool:
            entries = self.stack.get(f"/v1/calls/{self.call_id}/events", limit=500)["data"]
            return sum(one["kind"] == kind for one in entries) >= times

        await asyncio.to_thread(self.stack.until, told, f"{times} times {kind}")

    async def asks(self, do: str, kind: str) -> None:
        path = f"/v1/calls/{self.call_id}/recording"
        await asyncio.to_thread(self.stack.post, path, {"do": do}, 202)
        await self.told(kind)


@pytest.fixture
def recorded(stack: RunningStack, phone: Phone, tmp_path: Path) -> Recorded:
    return Recorded(stack, phone, tmp_path)


async def test_each_side_is_in_its_channel_and_a_pause_is_silence_of_its_length(
    stack: RunningStack, a_number: Callable[..., Any], recorded: Recorded
) -> None:
    async def conversation() -> None:
        await recorded.begins()
        await recorded.hums(FIRST_HZ)
        await recorded.asks("pause", "recording_paused")
        await recorded.hums(HIDDEN_HZ)
        await recorded.asks("resume", "recording_resumed")
        await recorded.hums(LAST_HZ)

    with a_number("+15105550181", rule=NOTICE) as number:
        await recorded.phone.talk(stack.uri(number.number), conversation)
        (shown,) = await asyncio.to_thread(ready_recordings, stack, recorded.call_id)
    heard = await asyncio.to_thread(play, stack, shown["id"])
    assert level(heard.left, FIRST_HZ) > THERE and level(heard.left, LAST_HZ) > THERE
    assert level(heard.left, HIDDEN_HZ) < NOT_THERE
    for hertz in (FIRST_HZ, HIDDEN_HZ, LAST_HZ):
        assert level(heard.right, hertz) < NOT_THERE
    assert loudness(heard.right) > 0.01, "the agent is not on the right"
    ((begin, end),) = shown["pauses"]
    assert end - begin >= 1900
    pause = slice(begin * 48 + 4800, end * 48)
    assert loudness(heard.left[pause]) < 0.001 and loudness(heard.right[pause]) < 0.001
    assert heard.seconds * 1000 >= end + 1900
    assert stack.api.get(f"/v1/recordings/{shown['id']}/audio", headers={"Authorization": ""}).status_code == 401
    folder = stack.folder / "recordings"
    assert not any(b"OggS" in path.read_bytes() for path in folder.iterdir())


async def test_a_recorder_killed_in_the_call_leaves_what_it_heard_and_the_next_goes_on(
    stack: RunningStack, a_number: Callable[..., Any], recorded: Recorded
) -> None:
    async def conversation() -> None:
        await recorded.begins()
        await recorded.hums(FIRST_HZ, 3)
        os.kill(stack.pids()["recorder"], signal.SIGKILL)
        await recorded.told("recording_failed")
        await recorded.told("recording_started", times=2)
        await recorded.hums(LAST_HZ)

    with a_number("+15105550182", rule=NOTICE) as number:
        await recorded.phone.talk(stack.uri(number.number), conversation)
        first, second = await asyncio.to_thread(ready_recordings, stack, recorded.call_id, 2)
    assert (first["complete"], second["complete"]) == (False, True)
    assert second["continues"] == first["id"]
    before, after = [await asyncio.to_thread(play, stack, one["id"]) for one in (first, second)]
    assert level(before.left, FIRST_HZ) > THERE and level(before.left, LAST_HZ) < NOT_THERE
    assert level(after.left, LAST_HZ) > THERE and level(after.left, FIRST_HZ) < NOT_THERE
    assert len(recordings_of(stack, recorded.call_id)) == 2
