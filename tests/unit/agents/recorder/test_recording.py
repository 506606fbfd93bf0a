"""One recording from its order to its end, with a room that is a test's: what is told, and what is in the file."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from livekit import rtc

from agents.recorder import recording as module
from agents.recorder.recording import CallRecording
from agents.recorder.timeline import Timeline
from compliance.recordings.local_store import LocalStore
from compliance.recordings.orders import RecordOrder
from gateway.calls import recording_facts as r
from gateway.calls.recorder_commands import RecorderAsked, RecorderCommand, RecorderDoor, sign_recorder_command
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys
from gateway.settings import LiveKitSettings
from tests.unit.compliance.recordings.files import CALL, KEY, RECORDING, opened

LIVE = f"{RECORDING}.live.rec"


class Room:
    """In the place of `Listening`."""

    made: list[Room]

    def __init__(
        self, timeline: Timeline, caller: str, now: Callable[[], int], on_command: Callable[[bytes], None]
    ) -> None:
        self.on_command, self.left, self.reason = on_command, asyncio.Event(), rtc.DisconnectReason.UNKNOWN_REASON
        Room.made.append(self)

    async def join(self, url: str, token: str) -> None:
        return

    async def close(self) -> None:
        return

    def ends(self, reason: int) -> None:
        self.reason = reason  # type: ignore[assignment]
        self.left.set()


class Facts:
    """In the place of a `FactSender`; `of(kind)` waits for one."""

    def __init__(self) -> None:
        self.told: list[tuple[type, dict[str, Any]]] = []
        self._news = asyncio.Event()

    def record(self, fact: type, call_id: str, *, at: object = None, **fields: Any) -> None:
        assert call_id == CALL
        fact(id=new_id("evt"), call_id=call_id, source="test", seq=0, at=SystemClock().now(), **fields)
        self.told.append((fact, fields))
        self._news.set()

    async def of(self, kind: type) -> dict[str, Any]:
        while True:
            self._news.clear()
            for one, fields in self.told:
                if one is kind:
                    return fields
            await self._news.wait()

    @property
    def kinds(self) -> list[type]:
        return [kind for kind, _ in self.told]


class One:
    def __init__(self, folder: Path, *, paused: bool = False) -> None:
        ensure_role_keys(folder / "keys")
        self.tokens, self.facts, self.store = RoleTokens(folder / "keys"), Facts(), LocalStore(folder / "recordings")
        order = RecordOrder(
            recording_id=RECORDING, call_id=CALL, room="room", caller="caller", paused=paused, key=b64encode(KEY)
        )
        livekit = LiveKitSettings(api_secret="s" * 40)  # type: ignore[arg-type]
        self.recording = CallRecording(
            order,
            self.store,
            livekit,
            self.facts,
            RecorderDoor(self.tokens, CALL),
            SystemClock(),  # type: ignore[arg-type]
        )

    def command(self, do: Any, recording_id: str = RECORDING) -> bytes:
        asked = RecorderAsked(do=do, recording_id=recording_id)
        return sign_recorder_command(self.tokens, CALL, RecorderCommand(id=new_id("cmd"), asked=asked)).encode()

    def file(self) -> bytes:
        with self.store.open(LIVE) as source:
            return source.read(0, source.size)


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> One:
    Room.made = []
    monkeypatch.setattr(module, "Listening", Room)
    return One(tmp_path)


async def test_it_is_told_when_it_begins_pauses_goes_on_and_ends_and_the_file_is_whole(one: One) -> None:
    running = asyncio.create_task(one.recording.run())
    assert await one.facts.of(r.RecordingStarted) == {"recording_id": RECORDING, "paused": False}
    (room,) = Room.made
    room.on_command(one.command("pause"))
    paused = await one.facts.of(r.RecordingPaused)
    room.on_command(one.command("resume"))
    assert (await one.facts.of(r.RecordingResumed))["at_ms"] >= paused["at_ms"]
    room.on_command(one.command("stop"))
    await running
    stopped = await one.facts.of(r.RecordingStopped)
    content = one.file()
    opener = opened(content)
    opener.require_complete()
    assert (stopped["reason"], stopped["size"], stopped["chunks"]) == ("asked", len(content), len(opener.chunks))


async def test_only_a_signed_command_for_this_recording_is_obeyed(one: One) -> None:
    running = asyncio.create_task(one.recording.run())
    await one.facts.of(r.RecordingStarted)
    (room,) = Room.made
    again = one.command("pause")
    room.on_command(b"pause")
    room.on_command(one.command("pause", new_id("rec")))
    assert r.RecordingPaused not in one.facts.kinds
    room.on_command(again)
    room.on_command(again)
    assert one.facts.kinds.count(r.RecordingPaused) == 1
    one.recording.stop()
    await running


async def test_what_is_ordered_paused_begins_with_silence(tmp_path: Path, one: One) -> None:
    held = One(tmp_path / "held", paused=True)
    running = asyncio.create_task(held.recording.run())
    assert (await held.facts.of(r.RecordingStarted))["paused"] is True
    held.recording.stop()
    await running


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (rtc.DisconnectReason.ROOM_DELETED, "call_ended"),
        (rtc.DisconnectReason.PARTICIPANT_REMOVED, "left_room"),
    ],
)
async def test_the_end_of_the_room_is_the_end_of_the_recording(one: One, reason: int, told: str) -> None:
    running = asyncio.create_task(one.recording.run())
    await one.facts.of(r.RecordingStarted)
    Room.made[0].ends(reason)
    await running
    assert (await one.facts.of(r.RecordingStopped))["reason"] == told
    opened(one.file()).require_complete()


async def test_a_livekit_that_comes_back_finds_the_recorder_in_the_room_again(one: One) -> None:
    running = asyncio.create_task(one.recording.run())
    await one.facts.of(r.RecordingStarted)
    Room.made[0].ends(rtc.DisconnectReason.SIGNAL_CLOSE)
    async with asyncio.timeout(60):
        while len(Room.made) < 2:  # noqa: ASYNC110 - nothing tells of it but the room itself
            await asyncio.sleep(0.01)
    one.recording.stop("recorder_ended")
    await running
    assert one.facts.kinds.count(r.RecordingStarted) == 1
    assert (await one.facts.of(r.RecordingStopped))["reason"] == "recorder_ended"


async def test_a_disk_that_is_full_is_told(one: One, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str) -> Any:
        raise Unavailable("no space", code="recording.disk")

    monkeypatch.setattr(one.store, "create_live", full)
    await one.recording.run()
    assert one.facts.kinds == [r.RecordingNotStarted]
    assert (await one.facts.of(r.RecordingNotStarted))["reason"] == "disk"


async def test_what_is_stopped_before_it_is_in_the_room_writes_nothing(one: One) -> None:
    one.recording.stop()
    await one.recording.run()
    assert not one.facts.told and not one.store.names()
