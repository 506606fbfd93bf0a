"""STT, LLM and TTS of any OpenAI-compatible server, by settings alone, against a small double over real HTTP."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator

import numpy as np
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from livekit import rtc
from livekit.agents import function_tool, inference, llm

from agents.profile import AgentProfile
from agents.speech import catalog
from bench.serving import serving
from gateway.kernel.errors import SetupError
from gateway.settings import SpeechSettings


def _double(asked: list[dict[str, object]]) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> StreamingResponse:
        body = await request.json()
        asked.append({"path": "chat", **body})
        call = {"index": 0, "id": "call_1", "type": "function",
                "function": {"name": "account_balance", "arguments": '{"digits": "1234"}'}}  # fmt: skip
        deltas = [{"role": "assistant", "content": "One "}, {"content": "moment."}, {"tool_calls": [call]}]

        async def stream() -> AsyncIterator[str]:
            for number, delta in enumerate(deltas):
                reason = "tool_calls" if number == len(deltas) - 1 else None
                chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                         "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}  # fmt: skip
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    @app.post("/v1/audio/transcriptions")
    async def transcribe(request: Request) -> dict[str, str]:
        raw = await request.body()
        asked.append({"path": "stt", "wav": b"RIFF" in raw, "model": b"tiny-ears" in raw})
        return {"text": "what are your opening hours"}

    @app.post("/v1/audio/speech")
    async def speak(request: Request) -> Response:
        asked.append({"path": "tts", **await request.json()})
        tone = (np.sin(np.arange(12000) / 10) * 9000).astype("<i2")
        wav = io.BytesIO()
        with wave.open(wav, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24000)
            file.writeframes(tone.tobytes())
        return Response(wav.getvalue(), media_type="audio/wav")

    return app


@pytest.fixture
async def asked() -> list[dict[str, object]]:
    return []


@pytest.fixture
async def settings(asked: list[dict[str, object]]) -> AsyncIterator[SpeechSettings]:
    async with serving(_double(asked)) as address:
        url = f"{address}/v1"
        yield SpeechSettings(
            stt="openai", stt_model="tiny-ears", stt_base_url=url,
            llm="openai", llm_model="tiny-brain", llm_base_url=url,
            tts="openai", tts_model="tiny-mouth", tts_base_url=url, tts_voice="nova",
        )  # fmt: skip


async def test_the_model_streams_text_and_calls_a_tool(
    settings: SpeechSettings, asked: list[dict[str, object]], profile: AgentProfile
) -> None:
    async def account_balance(digits: str) -> str:
        """Tell the balance."""
        return digits

    chat = llm.ChatContext.empty()
    chat.add_message(role="user", content="pay my bill")
    async with catalog.brain(settings, profile) as brain:
        stream = brain.chat(chat_ctx=chat, tools=[function_tool(account_balance)])
        reply = await stream.collect()
    assert reply.text == "One moment."
    assert [(call.name, json.loads(call.arguments)) for call in reply.tool_calls] == [
        ("account_balance", {"digits": "1234"})
    ]
    assert (asked[0]["model"], asked[0]["stream"]) == ("tiny-brain", True)
    assert [tool["function"]["name"] for tool in asked[0]["tools"]] == ["account_balance"]  # pyright: ignore


async def test_speech_goes_up_as_a_file_and_comes_back_as_text(
    settings: SpeechSettings, asked: list[dict[str, object]], profile: AgentProfile
) -> None:
    ears = catalog.ears(settings, catalog.Prepared(), profile, inference.VAD(), lambda: 0)
    tone = (np.sin(np.arange(16000) / 5) * 8000).astype(np.int16)
    event = await ears.recognize([rtc.AudioFrame(tone.tobytes(), 16000, 1, len(tone))])
    assert event.alternatives[0].text == "what are your opening hours"
    assert asked == [{"path": "stt", "wav": True, "model": True}]


async def test_text_comes_back_as_sound(settings: SpeechSettings, asked: list[dict[str, object]]) -> None:
    mouth = catalog.mouth(settings)
    audio = await mouth.synthesize("Hello.").collect()
    await mouth.aclose()
    assert (asked[0]["input"], asked[0]["voice"], asked[0]["model"]) == ("Hello.", "nova", "tiny-mouth")
    assert audio.sample_rate == mouth.sample_rate
    assert 0.45 < audio.duration < 0.75
    assert np.abs(np.frombuffer(audio.data, np.int16).astype(np.int32)).max() > 5000


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_a_provider_without_a_model_name_is_a_start_up_error(kind: str) -> None:
    with pytest.raises(SetupError, match=f"{kind.upper()}=openai needs a model name"):
        catalog.check(SpeechSettings.model_validate({kind: "openai"}))


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_an_unknown_provider_is_a_start_up_error(kind: str) -> None:
    with pytest.raises(SetupError, match=f"{kind.upper()}=psychic is not known"):
        catalog.check(SpeechSettings.model_validate({kind: "psychic"}))
