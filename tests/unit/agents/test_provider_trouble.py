"""Whatever goes wrong with a server that thinks, speaks or hears, the one that stands in is asked: over real HTTP.

One row of docs/models.md's table for each trouble; each of the three stages meets all of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from livekit import rtc
from livekit.agents import AgentSession, inference

from agents.listener import Listener
from agents.patience import Patience
from agents.profile import AgentProfile
from agents.speech import catalog, stand_in
from agents.speech.make_voice import LINES
from agents.speech.phrasebook import VOICE, read_wav
from agents.spoken_numbers import SpokenNumbers
from bench.serving import serving
from gateway.settings import SpeechSettings

LOST, ANSWER = "I lost my thread.", "It is nine."
TROUBLES = ("busy", "garbage", "empty", "hangs", "hangs midway", "dies midway", "is not there")
SOUND: Path = VOICE / "goodbye.wav"


class Server:
    """Behind OpenAI's interface: the model `good` answers, all else is in `trouble`."""

    def __init__(self, trouble: str) -> None:
        self.trouble, self.freed = trouble, asyncio.Event()
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self._chat)
        self.app.post("/v1/audio/{what}")(self._audio)

    async def _chat(self, request: Request) -> Response:
        good = (await request.json())["model"] == "good"
        begun = sse({"role": "assistant", "content": ANSWER if good else "It "})
        if good:
            return StreamingResponse(of(begun, sse({}, "stop")), media_type="text/event-stream")
        return await self._broken(begun, "text/event-stream")

    async def _audio(self, what: str, request: Request) -> Response:
        await request.body()
        begun = SOUND.read_bytes()[:4000] if what == "speech" else b'{"text": "it'
        return await self._broken(begun, "audio/wav" if what == "speech" else "application/json")

    async def _broken(self, begun: bytes, kind: str) -> Response:
        if self.trouble == "busy":
            return JSONResponse({"error": {"message": "busy"}}, status_code=429)
        if self.trouble == "garbage":
            return HTMLResponse("<html>It works!</html>")
        if self.trouble == "empty":
            return Response(b"", media_type=kind)
        if self.trouble == "hangs":
            await self.freed.wait()
        return StreamingResponse(self._midway(begun), media_type=kind)

    async def _midway(self, begun: bytes) -> AsyncIterator[bytes]:
        yield begun
        if self.trouble == "dies midway":
            raise ConnectionError
        await self.freed.wait()


def sse(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


async def of(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture(params=TROUBLES)
async def trouble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, str]]:
    """Its name, and where the server is."""
    for name in ("HEARD_WITHIN_S", "NEXT_SOUND_WITHIN_S", "LONE_VOICE_WITHIN_S"):
        monkeypatch.setattr(stand_in, name, 0.5)
    server = Server(request.param)
    async with serving(server.app) as address:
        yield request.param, "http://127.0.0.1:9/v1" if request.param == "is not there" else f"{address}/v1"
        server.freed.set()


async def test_another_model_answers_or_the_caller_is_asked_again(
    trouble: tuple[str, str], profile: AgentProfile
) -> None:
    name, url = trouble
    async with serving(Server("").app) as good:
        settings = SpeechSettings(
            llm="openai", llm_model="bad", llm_base_url=url,
            llm_fallback_model="good", llm_fallback_base_url=f"{good}/v1",
        )  # fmt: skip
        numbers = SpokenNumbers(lambda *_: None, lambda: 0)
        patience = Patience(lambda _: LOST, 60, 0.5, 0.5)
        other = catalog.other_brain(settings)
        agent = Listener(lambda _: False, numbers, lambda: None, patience, other, instructions="Answer.")
        async with asyncio.timeout(30), AgentSession(llm=catalog.brain(settings, profile)) as session:
            await session.start(agent)
            await session.run(user_input="When do you open?")
            said = [item.text_content or "" for item in session.history.items if item.type == "message"][-1]
    begun = name in ("hangs midway", "dies midway")  # nobody else can end that sentence
    assert said == (f"It {LOST}" if begun else ANSWER)


async def test_another_voice_says_it(trouble: tuple[str, str]) -> None:
    name, url = trouble
    mouth = catalog.mouth(SpeechSettings(tts="openai", tts_model="bad", tts_base_url=url, tts_fallback="flite"))
    async with asyncio.timeout(30):
        first = [chunk.frame async for chunk in mouth.synthesize("Goodbye.")]
        again = [chunk.frame async for chunk in mouth.synthesize("Goodbye.")]
    if "midway" not in name:  # what has begun ends there
        assert sum(frame.duration for frame in first) > 0.4
    assert sum(frame.duration for frame in again) > 0.4
    await mouth.aclose()


async def test_other_ears_hear_it(trouble: tuple[str, str]) -> None:
    _, url = trouble
    settings = SpeechSettings(stt="openai", stt_model="bad", stt_base_url=url, stt_fallback="embedded")
    ears = catalog.ears(settings, catalog.prepare(settings), ["opening hours"], inference.VAD(), lambda: 0)
    samples = read_wav(LINES / "what_are_your_opening_hours.wav")
    async with asyncio.timeout(30):
        event = await ears.recognize([rtc.AudioFrame(samples.tobytes(), 8000, 1, len(samples))])
    assert event.alternatives[0].text == "opening hours"
