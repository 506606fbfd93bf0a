"""Voices that can be told apart: each speaks one tone without end, and keeps what it hears."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
from livekit import api, rtc

from bench.tone_levels import FRAME, QUIETEST_DB, RATE, levels, standing_out, tone
from gateway.kernel.tasks import TaskSet
from tests.integration.sip_node.fakes import until
from tests.integration.switchboard import Switchboard

# No odd multiple of one, folded at 4 kHz as a codec folds it, comes near another one; nor its mirror at 2 kHz, which is
# heard when samples are dropped or stretched; nor what two of them make together.
AGENT_HZ, CALLER_HZ, HUMAN_HZ, STRANGER_HZ = 1870, 2630, 3210, 1000
AMPLITUDE = 3300  # -20 dBFS: the clicks of a beginning and an end stay below the limit
AUDIBLE_DB, LEAK_DB = -40.0, -60.0
ROOM_RATE = 48000


def mouth(hertz: int) -> Callable[[], np.ndarray]:
    """The next 20 ms at 8 kHz, each time."""
    return cycle(tone(hertz, AMPLITUDE, RATE).reshape(-1, FRAME)).__next__


class Heard:
    """8 kHz frames in the order in which they came."""

    def __init__(self) -> None:
        self.frames: list[np.ndarray] = []
        self.times: list[float] = []  # when each came, monotonic seconds

    def add(self, frame: np.ndarray, at: float = 0.0) -> None:
        self.frames.append(frame)
        self.times.append(at)

    def since(self, start: int = 0) -> np.ndarray:
        return np.concatenate(self.frames[start:]) if len(self.frames) > start else np.zeros(0, np.int16)

    async def stops(self, hertz: int, *, frames: int = 25) -> None:
        """Until so many frames in a row are without it."""
        start = len(self.frames)
        await until(lambda: _ends_without(self.since(start), hertz, frames), f"{hertz} Hz is not heard any more")

    def worst(self, hertz: int, start: int = 0) -> float:
        """The highest level of a tone from a frame on, dBFS."""
        return float(max(standing_out(self.since(start), hertz), default=QUIETEST_DB))

    async def hears(self, hertz: int, *, frames: int = 25) -> None:
        """From now on, in so many frames."""
        start = len(self.frames)
        await until(lambda: self._audible(hertz, start) >= frames, f"{hertz} Hz is heard")

    def between(self, start: int, end: int) -> np.ndarray:
        return np.concatenate(self.frames[start:end]) if end > start else np.zeros(0, np.int16)

    def _audible(self, hertz: int, start: int) -> int:
        return int((levels(self.since(start), hertz) > AUDIBLE_DB).sum())

    async def more(self, frames: int) -> int:
        """So many more frames have come; how many there were before."""
        start = len(self.frames)
        await until(lambda: len(self.frames) >= start + frames, "audio goes on")
        return start


def _ends_without(samples: np.ndarray, hertz: int, frames: int) -> bool:
    found = standing_out(samples, hertz)
    return len(found) >= frames and bool((found[-frames:] < LEAK_DB).all())


class Voice:
    """A participant of a room."""

    def __init__(self, switchboard: Switchboard, identity: str, hertz: int) -> None:
        self._switchboard, self.identity, self._hertz = switchboard, identity, hertz
        self.room = rtc.Room()
        self.source = rtc.AudioSource(ROOM_RATE, 1, queue_size_ms=100)
        self._heard: dict[str, Heard] = {}
        self._tasks = TaskSet()
        self._track = ""

    async def join(
        self, room: str, *, kind: api.AccessToken.ParticipantKind = "agent", speaks: bool = True, token: str = ""
    ) -> Voice:
        """By `token`, or else one that allows everything."""
        self.room.on("track_subscribed", self._on_track)
        token = token or self._switchboard.token(self.identity, room, kind=kind)
        await self.room.connect(self._switchboard.url, token)
        if speaks:
            await self.speak()
        return self

    async def speak(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track(self.identity, self.source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        self._track = (await self.room.local_participant.publish_track(track, options)).sid
        self._tasks.start(self._speak(), name="voice")

    async def fall_silent(self) -> None:
        await self.room.local_participant.unpublish_track(self._track)

    async def _speak(self) -> None:
        size = ROOM_RATE // 50
        for samples in cycle(tone(self._hertz, AMPLITUDE, ROOM_RATE, rate=ROOM_RATE).reshape(-1, size)):
            await self.source.capture_frame(rtc.AudioFrame(samples.tobytes(), ROOM_RATE, 1, size))

    def _on_track(self, track: rtc.Track, _: Any, participant: rtc.RemoteParticipant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.start(self._listen(track, self.heard_of(participant.identity)), name="ears")

    async def _listen(self, track: rtc.Track, heard: Heard) -> None:
        async for event in rtc.AudioStream(track, sample_rate=RATE, frame_size_ms=20, capacity=50):
            heard.add(np.frombuffer(event.frame.data, dtype=np.int16))

    def heard_of(self, identity: str) -> Heard:
        return self._heard.setdefault(identity, Heard())

    def phone(self, identity: str = "") -> rtc.RemoteParticipant:
        return next(iter(self._phones(identity)))

    async def meets_phone(self) -> rtc.RemoteParticipant:
        """A dial may be over before the others in the room are told who came."""
        await until(self._phones, "a phone is in the room")
        return self.phone()

    def _phones(self, identity: str = "") -> list[rtc.RemoteParticipant]:
        kind = rtc.ParticipantKind.PARTICIPANT_KIND_SIP
        phones = [one for one in self.room.remote_participants.values() if one.kind == kind]
        return [one for one in phones if identity in ("", one.identity)]

    async def leave(self) -> None:
        await self._tasks.close()
        await self.room.disconnect()
