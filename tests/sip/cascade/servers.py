"""The servers of the cascade behind OpenAI's interface: a model that answers by the caller's words and calls a tool, a
voice that really speaks, ears that only fail. Each is busy when told to be."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from agents.speech.dialogue import HANG_UP
from bench.providers import chunk
from bench.serving import serving

MODEL, OTHER_MODEL, VOICE, EARS = "small-brain", "other-brain", "small-voice", "small-ears"
OPEN, UNCLEAR, FAREWELL = "We are open from nine to five.", "Say that again, please.", "Goodbye."


class Servers:
    """`busy`: the paths that answer 429; `asked`: how often each model, voice and pair of ears was asked."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.app = FastAPI()
        self.app.get("/v1/models")(self._models)
        self.app.post("/v1/chat/completions")(self._chat)
        self.app.post("/v1/audio/speech")(self._speak)
        self.app.post("/v1/audio/transcriptions")(self._transcribe)

    async def _models(self) -> dict[str, Any]:
        return {"object": "list", "data": [{"id": name, "object": "model"} for name in (MODEL, OTHER_MODEL, VOICE)]}

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.asked[body["model"]] += 1
        if body["model"] in self.busy:
            return _busy()
        return StreamingResponse(_answer(body["messages"]), media_type="text/event-stream")

    async def _speak(self, request: Request) -> Response:
        body = await request.json()
        self.asked[VOICE] += 1
        if VOICE in self.busy:
            return _busy()
        command = ["flite", "-voice", "rms", "-t", body["input"], "-o", "/dev/stdout"]
        done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        return Response(done.stdout, media_type="audio/wav")

    async def _transcribe(self, request: Request) -> Response:
        await request.body()
        self.asked[EARS] += 1
        return _busy()


def _busy() -> Response:
    return JSONResponse({"error": {"message": "busy", "type": "rate_limit"}}, status_code=429)


async def _answer(messages: list[dict[str, Any]]) -> AsyncIterator[str]:
    """Word by word; to a goodbye with the tool that ends the call."""
    said = next((str(one["content"]) for one in reversed(messages) if one["role"] == "user"), "")
    words = OPEN if "opening hours" in said else FAREWELL if "goodbye" in said else UNCLEAR
    for place, word in enumerate(words.split(" ")):
        yield _event(chunk({"content": word if place == 0 else f" {word}"}))
    if words == FAREWELL:
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": HANG_UP, "arguments": "{}"}}
        yield _event(chunk({"tool_calls": [call]}))
        yield _event(chunk({}, "tool_calls"))
    else:
        yield _event(chunk({}, "stop"))
    yield "data: [DONE]\n\n"


def _event(content: dict[str, object]) -> str:
    return f"data: {json.dumps(content)}\n\n"


@contextmanager
def running() -> Iterator[tuple[Servers, str]]:
    """They and their address, `http://127.0.0.1:40123/v1`, in a thread of their own."""
    servers, loop, context = Servers(), asyncio.new_event_loop(), AsyncExitStack()
    thread = threading.Thread(target=loop.run_forever, name="servers")
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(context.enter_async_context(serving(servers.app)), loop)
        yield servers, f"{opening.result(60)}/v1"
    finally:
        asyncio.run_coroutine_threadsafe(context.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
