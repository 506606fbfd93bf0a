"""The others in the room whom a leg listens to: their tracks on the way into its mixer, unless they are not for it."""

from __future__ import annotations

import asyncio

import numpy as np
from livekit import rtc

from gateway.calls.participants import may_hear
from gateway.kernel.tasks import TaskSet
from gateway.livekit.own_events import only_its_own
from gateway.sip.mixer import Mixer
from gateway.sip.rtp.g711 import FRAME_MS

STREAM_CAPACITY = 4  # frames of one track that may wait


class RemoteVoices:
    """`room` is the leg's own connection. Whom it hears of those who are for it, the mixer knows."""

    def __init__(self, room: rtc.Room, mixer: Mixer, frame_rate: int, tasks: TaskSet) -> None:
        self._room, self._mixer, self._frame_rate, self._tasks = room, mixer, frame_rate, tasks
        self._listening: dict[str, asyncio.Task[None]] = {}  # by track
        self._not_for_us: set[str] = set()  # participants, by session

    def are_for_us(self, participant: rtc.RemoteParticipant) -> bool:
        """May the leg hear it? Who once said no is not heard for as long as it stays, whatever it says later."""
        if not may_hear(participant.attributes, self._room.local_participant.identity):
            self._not_for_us.add(participant.sid)
        return participant.sid not in self._not_for_us

    def take(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> bool:
        """Listens to a track from its first frame on, and says so; one that is not for us is not even fetched."""
        self.drop(track.sid)  # a track that was taken away may come back under the same name
        if not self.are_for_us(participant):
            publication.set_subscribed(False)
            return False
        yields = participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        listening = self._tasks.start(self._listen(track, participant.identity, yields), name="leg:remote-audio")
        self._listening[track.sid] = listening
        return True

    def heed_attributes(self, participant: rtc.Participant) -> None:
        """They may have become such that we hear it no more."""
        if not isinstance(participant, rtc.RemoteParticipant) or self.are_for_us(participant):
            return
        for publication in participant.track_publications.values():
            self.drop(publication.sid)
            publication.set_subscribed(False)

    def forget(self, participant: rtc.RemoteParticipant) -> None:
        self._not_for_us.discard(participant.sid)

    def drop(self, track: str) -> None:
        self._mixer.close(track)
        if listening := self._listening.pop(track, None):
            listening.cancel()

    async def _listen(self, track: rtc.Track, identity: str, yields: bool) -> None:
        stream = rtc.AudioStream(
            track, sample_rate=self._frame_rate, num_channels=1, frame_size_ms=FRAME_MS, capacity=STREAM_CAPACITY
        )
        only_its_own(stream)
        queue = self._mixer.open(track.sid, identity, yields=yields)
        try:
            async for event in stream:
                queue.put(np.frombuffer(event.frame.data, dtype=np.int16))
        finally:
            if self._listening.get(track.sid) is asyncio.current_task():  # and not one that has taken its place
                del self._listening[track.sid]
                self._mixer.close(track.sid)
            await stream.aclose()
