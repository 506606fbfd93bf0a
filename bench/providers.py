"""OpenAI-compatible STT, LLM and TTS with fixed delays, so that what is left of a turn is ours.

The delays are those of `Delays`, counted from the end of the request's arrival; the voice is a tone with a sharp onset.
"""

from __future__ import annotations

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from bench.serving import serving

RATE = 24000


@dataclass(frozen=True)
class Delays:
    """Milliseconds until the transcript, the first token, the first audio."""

    stt: int = 200
    llm: int = 300
    tts: int = 100

    @property
    def floor(self) -> int:
        return self.stt + self.llm + self.tts


def tone(seconds: float) -> bytes:
    positions = np.arange(int(RATE * seconds))
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes((9000 * np.sin(2 * np.pi * 440 * positions / RATE)).astype("<i2").tobytes())
    return file.getvalue()


def build(delays: Delays, speech_s: float) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> JSONResponse:
        await request.body()
        await asyncio.sleep(delays.stt / 1000)
        return JSONResponse({"text": "i want to pay my bill"})

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> StreamingResponse:
        await request.json()

        async def tokens() -> AsyncIterator[str]:
            await asyncio.sleep(delays.llm / 1000)
            for number, text in enumerate(("All", " right", ", here", " it", " is", ".")):
                delta = {"content": text, **({"role": "assistant"} if number == 0 else {})}
                yield f"data: {json.dumps(chunk(delta))}\n\n"
            yield f"data: {json.dumps(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n"

        return StreamingResponse(tokens(), media_type="text/event-stream")

    @app.post("/v1/audio/speech")
    async def speak(request: Request) -> Response:
        await request.body()
        await asyncio.sleep(delays.tts / 1000)
        return Response(tone(speech_s), media_type="audio/wav")

    return app


def chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "bench", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]}


def provider_server(delays: Delays, *, speech_s: float = 2.0) -> AbstractAsyncContextManager[str]:
    """`async with` it for its address."""
    return serving(build(delays, speech_s))
