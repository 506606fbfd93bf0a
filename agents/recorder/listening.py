"""One room as a recorder hears it: who is in it, on which side, and the commands that come through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from livekit import rtc

from agents.recorder.timeline import RATE, Side, Timeline
from gateway.calls.participants import HEARD_BY, may_hear
from gateway.calls.signed_commands import TOPIC
from gateway.kernel.tasks import TaskSet

FRAME_MS = 100  # the fewer frames, the less each call costs
QUEUED = 20  # frames of one source; a recorder that is two seconds late loses the rest

OnCommand = Callable[[bytes], None]


class Listening:
    """`now` tells the position in samples. `left` is set when the room is left, `reason` then says how."""

    def __init__(self, timeline: Timeline, caller: str, now: Callable[[], int], on_command: OnCommand) -> None:
        self._timeline, self._caller, self._now, self._on_command = timeline, caller, now, on_command
        self._tasks = TaskSet()
        self._room = rtc.Room()
        self.left = asyncio.Event()
        self.reason: int = rtc.DisconnectReason.UNKNOWN_REASON
        self._room.on("track_published", self._published)
        self._room.on("track_subscribed", self._subscribed)
        self._room.on("data_received", self._received)
        self._room.on("disconnected", self._disconnected)

    async def join(self, url: str, token: str) -> None:
        """Raises rtc.ConnectError."""
        await self._room.connect(url, token, rtc.RoomOptions(auto_subscribe=False, dynacast=False))
        for participant in self._room.remote_participants.values():
            for publication in participant.track_publications.values():
                self._published(publication, participant)

    async def close(self) -> None:
        await self._room.disconnect()
        await self._tasks.close()

    def _published(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        """A whisper that the caller does not hear is not the call's."""
        whispers = HEARD_BY in participant.attributes and not may_hear(participant.attributes, self._caller)
        if publication.kind == rtc.TrackKind.KIND_AUDIO and not whispers:
            publication.set_subscribed(True)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if isinstance(track, rtc.RemoteAudioTrack):
            side: Side = "left" if participant.identity == self._caller else "right"
            self._tasks.start(self._hear(track, side), name="recorder:hear")

    async def _hear(self, track: rtc.RemoteAudioTrack, side: Side) -> None:
        source = track.sid
        stream = rtc.AudioStream.from_track(
            track=track, sample_rate=RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=QUEUED
        )
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16)
                self._timeline.put(source, side, self._now(), samples)
        finally:
            self._timeline.forget(source)
            await stream.aclose()

    def _received(self, packet: rtc.DataPacket) -> None:
        if packet.topic == TOPIC:
            self._on_command(packet.data)

    def _disconnected(self, reason: int) -> None:
        self.reason = reason
        self.left.set()
