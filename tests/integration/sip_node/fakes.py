"""The two sides of a node under test: a control plane of a few lines, and an agent that echoes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import numpy as np
from livekit import api, rtc
from pydantic import ValidationError

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.reported_facts import FactBatch
from gateway.kernel.tasks import TaskSet
from tests.integration.switchboard import Switchboard

PATIENCE = 30.0


class FakeControlPlane:
    """Answers admissions with `verdict`, keeps facts, can be `away`. `refused`: what the real one would not take."""

    def __init__(self) -> None:
        self.verdict = AdmissionVerdict(verdict="accept", attributes={"gateway.numberID": "num_1"})
        self.away = False
        self.asked: list[dict[str, Any]] = []
        self.facts: list[dict[str, Any]] = []
        self.alive: list[list[str]] = []
        self.dropped: dict[str, int] = {}
        self.ended: list[str] = []
        self.refused: list[str] = []
        self._changed = asyncio.Condition()
        self.transport = httpx.MockTransport(self._handle)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away", request=request)
        body = json.loads(request.content)
        try:
            if request.url.path.endswith("/admissions"):
                self.asked.append(AdmissionAsked.model_validate(body).model_dump(mode="json"))
                return httpx.Response(200, content=self.verdict.model_dump_json())
            if request.url.path.endswith("/facts"):
                FactBatch.model_validate(body)
        except ValidationError as error:  # as the real one; whoever uses this fake sees to it that there are none
            self.refused.append(str(error))
            return httpx.Response(422)
        if request.url.path.endswith("/facts"):
            self.facts += body["facts"]
        else:
            self.alive.append(body["calls"])
            self.dropped |= body["dropped"]
        async with self._changed:
            self._changed.notify_all()
        return httpx.Response(202, json={"stored": 0, "repeated": 0, "unknown_call": 0, "ended": self.ended})

    async def fact(self, kind: str, *, count: int = 1) -> dict[str, Any]:
        """The `count`th fact of a kind, once it is there."""

        def found() -> list[dict[str, Any]]:
            return [fact for fact in self.facts if fact["kind"] == kind]

        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]

    def kinds(self) -> list[str]:
        return [fact["kind"] for fact in self.facts]


async def until(question: Callable[[], Any], what: str) -> Any:
    """Polls a thing that has no event of its own."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not (answer := question()):
        assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
        await asyncio.sleep(0.02)
    return answer


class EchoAgent:
    """Joins the first room that appears, publishes a track, and says back what it hears."""

    def __init__(self, switchboard: Switchboard, identity: str = "agent-echo") -> None:
        self._switchboard = switchboard
        self.identity = identity
        self.room = rtc.Room()
        self.source = rtc.AudioSource(48000, 1, queue_size_ms=60)
        self.digits: asyncio.Queue[str] = asyncio.Queue(maxsize=200)
        self.heard: list[np.ndarray] = []
        self._tasks = TaskSet()

    async def join(self, room: str, *, audio: bool = True) -> None:
        self.room.on("track_subscribed", self._on_track)
        self.room.on("sip_dtmf_received", lambda key: self.digits.put_nowait(key.digit))
        await self.room.connect(self._switchboard.url, self._switchboard.token(self.identity, room, kind="agent"))
        if audio:
            await self.publish()

    async def publish(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track("agent", self.source)
        await self.room.local_participant.publish_track(track)

    def _on_track(self, track: rtc.Track, *_: Any) -> None:
        self._tasks.start(self._echo(track), name="echo")

    async def _echo(self, track: rtc.Track) -> None:
        async for event in rtc.AudioStream(track, sample_rate=48000, frame_size_ms=20, capacity=5):
            self.heard.append(np.frombuffer(event.frame.data, dtype=np.int16))
            await self.source.capture_frame(event.frame)

    def phone(self) -> rtc.RemoteParticipant:
        kind = rtc.ParticipantKind.PARTICIPANT_KIND_SIP
        return next(one for one in self.room.remote_participants.values() if one.kind == kind)

    async def packet(self, topic: str, body: dict[str, Any]) -> None:
        await self.room.local_participant.publish_data(json.dumps(body), topic=topic)

    async def leave(self) -> None:
        await self._tasks.close()
        await self.room.disconnect()


async def rooms_of(switchboard: Switchboard) -> set[str]:
    async with switchboard.livekit_api() as lk:
        return {room.name for room in (await lk.room.list_rooms(api.ListRoomsRequest())).rooms}


async def empty_room(switchboard: Switchboard, room: str) -> None:
    """Returns once LiveKit shows nobody there: the node asks it to take a leg away, and does not wait."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    async with switchboard.livekit_api() as lk:
        while present := (await lk.room.list_participants(api.ListParticipantsRequest(room=room))).participants:
            assert asyncio.get_running_loop().time() < deadline, [one.identity for one in present]
            await asyncio.sleep(0.02)


async def new_room(switchboard: Switchboard, before: set[str]) -> str:
    """The name of the room that was not there before, as soon as it is."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        if fresh := await rooms_of(switchboard) - before:
            return fresh.pop()
        await asyncio.sleep(0.02)
    raise AssertionError("no room appeared")


@asynccontextmanager
async def agent_when_called(switchboard: Switchboard) -> AsyncIterator[asyncio.Task[EchoAgent]]:
    """An agent that turns up when the room does; the task's result is the agent."""

    before = await rooms_of(switchboard)

    async def come() -> EchoAgent:
        agent = EchoAgent(switchboard)
        await agent.join(await new_room(switchboard, before))
        return agent

    coming = asyncio.ensure_future(come())
    try:
        yield coming
    finally:
        if coming.done() and not coming.cancelled():
            await coming.result().leave()
        coming.cancel()
