"""A caller goes on with a human at a browser, on the running stack: a LiveKit client with a token from REST."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import httpx
import numpy as np
import pytest
from livekit import rtc

from gateway.kernel.tasks import TaskSet
from tests.sip.stack import PATIENCE, RunningStack
from tests.sip.transfers.caller import Caller, first_with, seconds_with
from tests.sip.transfers.office import CALLER_HZ, HUMAN_HZ, RATE, Office, open_office

ROOM_RATE = 48000


class Browser:
    """Speaks a tone without end, and keeps what it hears of everybody together."""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self.gone = asyncio.Event()
        self.heard: dict[str, list[np.ndarray]] = {}
        self._came = asyncio.Event()
        self._source = rtc.AudioSource(ROOM_RATE, 1, queue_size_ms=100)
        self._tasks = TaskSet()

    async def enter(self, by: dict[str, Any], *, speaks: bool = True) -> None:
        self.room.on("track_subscribed", self._on_track)
        self.room.on("disconnected", lambda _: self.gone.set())
        await self.room.connect(by["url"], by["token"])
        if speaks:
            track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            await self.room.local_participant.publish_track(track, options)
            self._tasks.start(self._speak(), name="browser:speak")

    async def _speak(self) -> None:
        size = ROOM_RATE // 50
        spoken = (3300 * np.sin(2 * np.pi * HUMAN_HZ * np.arange(ROOM_RATE) / ROOM_RATE)).astype(np.int16)
        for samples in cycle(spoken.reshape(-1, size)):
            await self._source.capture_frame(rtc.AudioFrame(samples.tobytes(), ROOM_RATE, 1, size))

    def _on_track(self, track: rtc.Track, _: Any, who: rtc.RemoteParticipant) -> None:
        kind = "caller" if who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP else "agent"
        self._tasks.start(self._listen(track, self.heard.setdefault(kind, [])), name="browser:listen")

    async def _listen(self, track: rtc.Track, heard: list[np.ndarray]) -> None:
        async for event in rtc.AudioStream(track, sample_rate=RATE, frame_size_ms=20, capacity=50):
            heard.append(np.frombuffer(event.frame.data, dtype=np.int16))
            self._came.set()

    async def until(self, check: Callable[[], bool]) -> None:
        """Asked again with every frame that is heard."""
        async with asyncio.timeout(PATIENCE):
            while not check():
                self._came.clear()
                await self._came.wait()

    async def hears_caller(self) -> None:
        await self.until(lambda: seconds_with(self.of("caller")[-RATE * 5 :], CALLER_HZ) > 1)

    def of(self, kind: str) -> np.ndarray:
        return np.concatenate(self.heard[kind]) if self.heard.get(kind) else np.zeros(0, np.int16)

    async def leave(self) -> None:
        await self._tasks.close()
        await self.room.disconnect()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    one = Browser()
    yield one
    await one.leave()


@asynccontextmanager
async def with_operator(stack: RunningStack, number: str, identity: str, mode: str) -> AsyncIterator[Office]:
    """An office whose agent may send callers to a person at a browser."""
    with open_office(stack, number, [9], mode=mode) as office:
        terms = {"allowed_agents": [office.agent_id], "ring_s": 30}
        target = stack.post("/v1/transfer-targets", {"kind": "operator", "name": "Ana", "identity": identity, **terms})
        choice = {"name": "human", "target_id": target["id"], "mode": mode, "phrases": ["speak to a human"], "key": "0"}
        answer = stack.api.patch(f"/v1/agents/{office.agent_id}", json={"transfers": [choice]})
        assert answer.status_code == 200, answer.text
        try:
            yield office
        finally:
            stack.api.patch(f"/v1/agents/{office.agent_id}", json={"transfers": []})
            stack.api.delete(f"/v1/transfer-targets/{target['id']}")


async def offered(stack: RunningStack, identity: str) -> dict[str, Any]:
    def open_now() -> dict[str, Any] | None:
        found = stack.get("/v1/transfer-offers", identity=identity)["data"]
        return found[0] if found else None

    return await asyncio.to_thread(stack.until, open_now, "the call is offered")


def said(stack: RunningStack, attempt: str, what: str, identity: str, answer: str) -> httpx.Response:
    return stack.api.post(f"/v1/transfer-offers/{attempt}/{what}", json={"answer": answer, "identity": identity})


async def test_a_person_at_a_browser_is_told_in_private_says_yes_by_a_click_and_talks_with_the_caller(
    caller: Caller, stack: RunningStack, browser: Browser
) -> None:
    marks: list[int] = []

    async def conversation() -> None:
        await caller.asks_for_a_human()
        caller.hums()
        offer = await offered(stack, "ana")
        assert offer["mode"] == "warm" and offer["call_id"] == caller.call_id
        by = said(stack, offer["attempt_id"], "answer", "ana", "taken")
        assert by.status_code == 200, by.text
        await browser.enter(by.json())
        await caller.told(office, "attempt_moved", stage="briefed")
        await browser.until(lambda: np.abs(browser.of("agent").astype(int)).max(initial=0) > 1000)  # it is told
        await caller.hears_something(1)
        marks.extend((len(caller.heard), len(browser.of("caller"))))
        answer = said(stack, offer["attempt_id"], "consult", "ana", "accepted")
        assert answer.status_code == 200, answer.text
        await caller.told(office, "transfer_settled", outcome="connected")
        await caller.hears_tone(HUMAN_HZ)
        await browser.hears_caller()
        await browser.leave()
        await caller.was_hung_up_on()

    async with with_operator(stack, "+15105550141", "ana", "warm") as office:
        record = await caller.talks(office, conversation)
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "human")
    assert first_with(caller.heard, HUMAN_HZ) * RATE >= marks[0]
    assert first_with(browser.of("caller"), CALLER_HZ) * RATE >= marks[1]


async def test_a_person_who_declines_by_a_click_while_being_told_is_put_out_and_the_caller_hears_the_truth(
    caller: Caller, stack: RunningStack, browser: Browser
) -> None:
    async def conversation() -> None:
        await caller.asks_for_a_human()
        offer = await offered(stack, "bea")
        await browser.enter(said(stack, offer["attempt_id"], "answer", "bea", "taken").json())
        await caller.told(office, "attempt_moved", stage="briefed")
        assert said(stack, offer["attempt_id"], "consult", "bea", "declined").status_code == 200
        await asyncio.wait_for(browser.gone.wait(), PATIENCE)
        await caller.is_told(office, "nobody can take your call")

    async with with_operator(stack, "+15105550142", "bea", "warm") as office:
        await caller.talks(office, conversation)
    assert await caller.told(office, "transfer_settled", outcome="declined")
    assert first_with(caller.heard, HUMAN_HZ) == float("inf")


async def test_a_supervisor_listens_is_told_of_in_the_record_and_is_put_out(
    caller: Caller, stack: RunningStack, browser: Browser
) -> None:
    async def conversation() -> None:
        path = f"/v1/calls/{caller.call_id}/supervisors"
        caller.hums()
        by = stack.post(path, {"mode": "listen"})
        await browser.enter(by, speaks=False)
        await caller.told(office, "supervisor_joined", mode="listen")
        await browser.hears_caller()
        assert stack.api.delete(f"{path}/{by['identity']}").status_code == 204
        await asyncio.wait_for(browser.gone.wait(), PATIENCE)
        again = rtc.Room()
        gone = asyncio.Event()
        again.on("disconnected", lambda _: gone.set())
        await again.connect(by["url"], by["token"])  # LiveKit takes no token back; we put out who comes by it
        await asyncio.wait_for(gone.wait(), PATIENCE)
        await again.disconnect()
        await caller.told(office, "supervisor_joined", mode="")

    with open_office(stack, "+15105550143", [9]) as office:
        await caller.talks(office, conversation)
