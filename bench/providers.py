"""OpenAI-compatible STT, LLM and TTS with fixed delays, so that what is left of a turn is ours.

The delays are those of `Delays`, counted from the end of the request's arrival; the voice is a tone with a sharp onset.
What was said is told by the sound alone: noise is nothing, a short sound a nod, a long sentence the wish for a story.
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
WAV_HEADER = 44
LOUD = 150  # RMS of 20 ms
SHORTEST_S, NOD_S, STORY_S = 0.1, 1.05, 2.2
NOISE = 0.3
NOD, ASKS_FOR_STORY = "mm-hm", "please tell me a very long story"
REPLY = ("All", " right", ", here", " it", " is", ".")
STORY = ("Once", " upon", " a", " time", " there", " was", " a", " telephone", " that", " never", " rang", ".")
STORY_LASTS_S = 20.0


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


def words_in(wav: bytes) -> str:
    """What a caller of the bench may say; `wav` 16-bit mono of any rate."""
    with wave.open(io.BytesIO(wav)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(-1), "<i2").astype(float)
    frame = rate // 50
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loud = frames[np.sqrt((frames**2).mean(axis=1)) > LOUD] if len(frames) else frames
    seconds = len(loud) / 50
    if seconds < SHORTEST_S or flatness(loud) > NOISE:
        return ""
    return NOD if seconds < NOD_S else ASKS_FOR_STORY if seconds > STORY_S else "i want to pay my bill"


def flatness(frames: np.ndarray) -> float:
    """1 for white noise, towards 0 for tones and voices: of the median frame, up to 3.4 kHz."""
    power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)) ** 2
    power = power[:, 2 : int(3400 / 50)] + 1e-9
    return float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))


def build(delays: Delays, speech_s: float) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> JSONResponse:
        body = await request.body()
        await asyncio.sleep(delays.stt / 1000)
        return JSONResponse({"text": words_in(body[body.index(b"RIFF") :])})

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> StreamingResponse:
        asked = json.dumps((await request.json())["messages"][-1])
        answer = STORY if ASKS_FOR_STORY in asked else REPLY

        async def tokens() -> AsyncIterator[str]:
            await asyncio.sleep(delays.llm / 1000)
            for number, text in enumerate(answer):
                delta = {"content": text, **({"role": "assistant"} if number == 0 else {})}
                yield f"data: {json.dumps(chunk(delta))}\n\n"
            yield f"data: {json.dumps(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n"

        return StreamingResponse(tokens(), media_type="text/event-stream")

    @app.post("/v1/audio/speech")
    async def speak(request: Request) -> Response:
        asked = await request.json()
        await asyncio.sleep(delays.tts / 1000)
        wav = tone(STORY_LASTS_S if STORY[0] in asked["input"] else speech_s)
        if asked.get("response_format") == "pcm":
            return Response(wav[WAV_HEADER:], media_type="audio/pcm")
        return Response(wav, media_type="audio/wav")

    return app


def chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "bench", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]}


def provider_server(delays: Delays, *, speech_s: float = 2.0) -> AbstractAsyncContextManager[str]:
    """`async with` it for its address."""
    return serving(build(delays, speech_s))
