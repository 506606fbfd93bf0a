"""The peer: the same agent, called by a bare WebRTC participant without SIP or RTP of ours."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from livekit import api, rtc

from bench.caller import PATIENCE_S, Marks
from gateway.kernel.ids import new_id
from gateway.phone.ears import LOUD, level
from gateway.phone.recording import RATE, Samples, read_wav

FRAME = RATE // 50


@dataclass(frozen=True)
class Room:
    """Where the agent is: LiveKit's address and keys, the dispatch name and the agent's id."""

    url: str
    api_key: str
    api_secret: str
    agent_name: str
    agent_id: str

    def token(self, room: str, call_id: str) -> str:
        dispatch = api.RoomAgentDispatch(agent_name=self.agent_name, metadata=json.dumps({"agent_id": self.agent_id}))
        return (
            api.AccessToken(self.api_key, self.api_secret)
            .with_identity("bare-caller")
            .with_kind("sip")
            .with_attributes({"gateway.callID": call_id, "sip.callStatus": "active"})
            .with_grants(api.VideoGrants(room_join=True, room=room))
            .with_room_config(api.RoomConfiguration(agents=[dispatch]))
            .to_jwt()
        )


class BareCaller:
    """Speaks and listens on one WebRTC connection, with the marks of `measured_call`."""

    def __init__(self) -> None:
        self._room = rtc.Room()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
        self._waiters: list[tuple[bool, asyncio.Future[float]]] = []
        self._quiet = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._line: list[Samples] = []
        self._said = asyncio.Event()
        self.spoke_until = 0.0

    async def connect(self, url: str, token: str) -> None:
        self._room.on("track_subscribed", self._subscribed)
        await self._room.connect(url, token)
        track = rtc.LocalAudioTrack.create_audio_track("caller", self._source)
        await self._room.local_participant.publish_track(
            track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
        self._tasks.append(asyncio.create_task(self._speak()))

    async def say(self, samples: Samples) -> None:
        self._said.clear()
        self._line = [samples[i : i + FRAME] for i in range(0, len(samples) - FRAME + 1, FRAME)]
        await self._said.wait()

    async def next_level(self, *, loud: bool) -> float:
        waiter: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiters.append((loud, waiter))
        return await asyncio.wait_for(waiter, PATIENCE_S)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._room.disconnect()

    async def _speak(self) -> None:
        silence, due = np.zeros(FRAME, np.int16), time.monotonic()
        while True:
            frame = self._line.pop(0) if self._line else silence
            if level(frame) > LOUD:
                self.spoke_until = time.monotonic()
            for half in (frame[: FRAME // 2], frame[FRAME // 2 :]):  # without a queue it takes 10 ms at a time
                await self._source.capture_frame(rtc.AudioFrame(half.tobytes(), RATE, 1, len(half)))
            if not self._line:
                self._said.set()
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _subscribed(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.append(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=20, capacity=10)
        async for event in stream:
            loud = level(np.frombuffer(event.frame.data, np.int16)) > LOUD
            self._quiet = 0 if loud else self._quiet + 1
            if loud or self._quiet >= 3:
                self._tell(loud, time.monotonic() - (0.0 if loud else 0.04))

    def _tell(self, loud: bool, at: float) -> None:
        waiting, self._waiters = self._waiters, []
        for wanted, waiter in waiting:
            if wanted != loud:
                self._waiters.append((wanted, waiter))
            elif not waiter.done():
                waiter.set_result(at)


async def greeted_webrtc_call(room: Room) -> Marks:
    """From connecting to the first sound."""
    marks, caller, call_id = Marks(), BareCaller(), new_id("call")
    started = time.monotonic()
    try:
        await caller.connect(room.url, room.token(f"bench-{call_id}", call_id))
        marks.greeting_ms = (await caller.next_level(loud=True) - started) * 1000
    except TimeoutError:
        pass
    finally:
        await caller.close()
    return marks


async def measured_webrtc_call(room: Room, line: Path) -> Marks:
    """The greeting, the reply and the stop, as `measured_call` measures them over SIP."""
    marks, caller, call_id = Marks(), BareCaller(), new_id("call")
    samples = read_wav(line)
    started = time.monotonic()
    try:
        await caller.connect(room.url, room.token(f"bench-{call_id}", call_id))
        marks.greeting_ms = (await caller.next_level(loud=True) - started) * 1000
        await caller.next_level(loud=False)
        await caller.say(samples)
        marks.reply_ms = (await caller.next_level(loud=True) - caller.spoke_until) * 1000
        await asyncio.sleep(0.5)
        before = caller.spoke_until
        speaking = asyncio.ensure_future(caller.say(samples))
        while caller.spoke_until <= before:
            await asyncio.sleep(0.005)
        began = caller.spoke_until
        marks.stop_ms = (await caller.next_level(loud=False) - began) * 1000
        await speaking
    except TimeoutError:
        pass
    finally:
        await caller.close()
    return marks
