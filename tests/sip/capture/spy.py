"""Somebody in a call's room with every right that LiveKit has, who keeps all that can be learnt there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from livekit import api, rtc

from bench.tone_levels import standing_out
from gateway.kernel.tasks import TaskSet
from tests.sip.stack import PATIENCE, RunningStack
from tests.sip.transfers.caller import seconds_with

LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
LEAK_DB = -50.0
RATE = 8000


def key_frames(samples: np.ndarray) -> int:
    """How many frames of 20 ms have a low and a high tone of a keypad at once."""
    if len(samples) < RATE // 10:
        return 0
    low, high = (np.max([standing_out(samples, hertz) for hertz in group], axis=0) for group in (LOW, HIGH))
    return int(((low > LEAK_DB) & (high > LEAK_DB)).sum())


class Spy:
    def __init__(self) -> None:
        self.room = rtc.Room()
        self.keys: list[str] = []
        self.packets: list[bytes] = []
        self.shown: list[str] = []  # attributes, as they changed
        self.heard_then: list[int] = []  # how many frames had come by each of them
        self.heard: list[np.ndarray] = []  # of the caller
        self._news = asyncio.Event()
        self._tasks = TaskSet()

    async def enter(self, stack: RunningStack, room: str) -> None:
        grants = api.VideoGrants(room_join=True, room=room, hidden=True, can_subscribe=True)
        token = api.AccessToken(stack.env["LIVEKIT_API_KEY"], stack.env["LIVEKIT_API_SECRET"])
        signed = token.with_identity("spy").with_grants(grants).to_jwt()
        self.room.on("sip_dtmf_received", self._key)
        self.room.on("data_received", self._packet)
        self.room.on("participant_attributes_changed", self._attributes)
        self.room.on("track_subscribed", self._track)
        await self.room.connect(stack.env["LIVEKIT_URL"], signed)

    def _key(self, key: rtc.SipDTMF) -> None:
        self.keys.append(key.digit)
        self._news.set()

    def _packet(self, packet: rtc.DataPacket) -> None:
        self.packets.append(packet.data)

    def _attributes(self, changed: dict[str, str], who: rtc.Participant) -> None:
        ours = [f"{name}={value}" for name, value in changed.items() if name.startswith("gateway.")]
        self.shown += ours  # the agent shows its own state as well
        self.heard_then += [len(self.heard)] * len(ours)
        self._news.set()

    def _track(self, track: rtc.Track, _: Any, who: rtc.RemoteParticipant) -> None:
        if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.start(self._listen(track), name="spy:listen")

    async def _listen(self, track: rtc.Track) -> None:
        async for event in rtc.AudioStream(track, sample_rate=RATE, frame_size_ms=20, capacity=100):
            self.heard.append(np.frombuffer(event.frame.data, dtype=np.int16))
            self._news.set()

    def between(self, start: int, end: int | None = None) -> np.ndarray:
        frames = self.heard[start:end]
        return np.concatenate(frames) if frames else np.zeros(0, np.int16)

    async def hears(self, hertz: int, seconds: float = 0.5) -> None:
        """A tone, from now on."""
        start = len(self.heard)
        await self.until(lambda: seconds_with(self.between(max(start, len(self.heard) - 100)), hertz) >= seconds)

    async def until(self, check: Callable[[], bool]) -> None:
        """Asked again with everything that comes."""
        async with asyncio.timeout(PATIENCE):
            while not check():
                self._news.clear()
                await self._news.wait()

    async def hears_more(self, frames: int) -> None:
        """Whatever is in them."""
        count = len(self.heard) + frames
        await self.until(lambda: len(self.heard) >= count)

    async def leave(self) -> None:
        await self._tasks.close()
        await self.room.disconnect()


@asynccontextmanager
async def spy_in(stack: RunningStack, room: str) -> AsyncIterator[Spy]:
    spy = Spy()
    await spy.enter(stack, room)
    try:
        yield spy
    finally:
        await spy.leave()
