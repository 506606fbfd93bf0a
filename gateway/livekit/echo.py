"""Sends one participant's voice back into the room: whoever is on that phone hears itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livekit import rtc

from gateway.calls.passes import Entry, Passes
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

RATE = 48_000
FRAME_MS = 10
READY_WITHIN_S = 10.0

_log = get_logger(__name__)


class RoomEcho:
    def __init__(self, passes: Passes) -> None:
        self._passes = passes

    @asynccontextmanager
    async def in_room(self, room: str, whose: str, identity: str) -> AsyncIterator[None]:
        """Echoes the voice of `whose`, as `identity`, from its first frame on. Raises Unavailable."""
        given = self._passes.give(Entry(room, identity, {}, speaks=True))
        one = _Echo(whose)
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await one.connect(given.url, given.token)
        except (rtc.ConnectError, TimeoutError) as error:
            await one.close()
            raise Unavailable("the room of the call could not be entered", code="livekit.unavailable") from error
        try:
            yield
        finally:
            await one.close()


class _Echo:
    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._room = rtc.Room()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
        self._tasks = TaskSet()
        self._heard = asyncio.Event()

    async def connect(self, url: str, token: str) -> None:
        """Returns once the voice is heard."""
        self._room.on("track_subscribed", self._subscribed)
        await self._room.connect(url, token)
        track = rtc.LocalAudioTrack.create_audio_track("echo", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
        await self._room.local_participant.publish_track(track, options)
        await self._heard.wait()

    async def close(self) -> None:
        await self._tasks.close()
        await self._room.disconnect()
        await self._source.aclose()

    def _subscribed(self, track: rtc.Track, _: object, participant: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and participant.identity == self._whose:
            self._tasks.start(self._repeat(track), name="echo")

    async def _repeat(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=20)
        try:
            async for event in stream:
                self._heard.set()
                await self._source.capture_frame(event.frame)
        finally:
            await stream.aclose()
