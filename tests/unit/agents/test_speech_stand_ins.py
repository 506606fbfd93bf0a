"""Ears and mouths that fail, are busy or never answer, and those that stand in; over real HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from livekit import rtc
from livekit.agents import inference

from agents.speech import catalog, stand_in
from agents.speech.ears import UNCLEAR
from agents.speech.health import ask_all
from agents.speech.make_voice import LINES
from agents.speech.phrasebook import read_wav
from bench.serving import serving
from gateway.settings import SpeechSettings


class Broken:
    """A server of ears and voices: `hangs` never answers, else it is busy; `asked` counts."""

    def __init__(self) -> None:
        self.hangs, self.freed = False, asyncio.Event()
        self.asked: Counter[str] = Counter()
        self.app = FastAPI()
        self.app.post("/v1/audio/{what}")(self._answer)
        self.app.get("/v1/models")(self._models)

    async def _answer(self, what: str, request: Request) -> Response:
        await request.body()
        self.asked[what] += 1
        if self.hangs:
            await self.freed.wait()
        return JSONResponse({"error": {"message": "busy"}}, status_code=429)

    async def _models(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer the-key":
            return JSONResponse({"error": {"message": "no"}}, status_code=401)
        return JSONResponse({"data": [{"id": "small-ears"}]})


@pytest.fixture
async def broken() -> AsyncIterator[tuple[Broken, str]]:
    double = Broken()
    async with serving(double.app) as address:
        yield double, f"{address}/v1"
        double.freed.set()


@pytest.mark.parametrize("hangs", [False, True])
async def test_the_embedded_ears_hear_what_the_server_did_not(
    broken: tuple[Broken, str], hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    double, url = broken
    double.hangs = hangs
    monkeypatch.setattr(stand_in, "HEARD_WITHIN_S", 0.3)
    settings = SpeechSettings(stt="openai", stt_model="small-ears", stt_base_url=url, stt_fallback="embedded")
    catalog.check(settings)
    ears = catalog.ears(settings, catalog.prepare(settings), ["opening hours"], inference.VAD(), lambda: 0)
    samples = read_wav(LINES / "what_are_your_opening_hours.wav")
    event = await ears.recognize([rtc.AudioFrame(samples.tobytes(), 8000, 1, len(samples))])
    assert event.alternatives[0].text == "opening hours"
    again = await ears.recognize([rtc.AudioFrame(samples.tobytes(), 8000, 1, len(samples))])
    assert again.alternatives[0].text == "opening hours"
    assert double.asked["transcriptions"] == 1  # who has failed is left alone for a while


@pytest.mark.parametrize("hangs", [False, True])
async def test_where_nobody_hears_the_brain_is_told_so(
    broken: tuple[Broken, str], hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error would end the stream, and with it all hearing on that call."""
    double, url = broken
    double.hangs = hangs
    monkeypatch.setattr(stand_in, "GIVEN_UP_AFTER_S", 0.3)
    settings = SpeechSettings(stt="openai", stt_model="small-ears", stt_base_url=url)
    ears = catalog.ears(settings, catalog.Prepared(), [], inference.VAD(), lambda: 0)
    for seconds, heard in ((2.0, UNCLEAR), (0.5, "")):
        silence = bytes(int(seconds * 16000) * 2)
        event = await ears.recognize([rtc.AudioFrame(silence, 16000, 1, len(silence) // 2)])
        assert event.alternatives[0].text == heard


def test_who_has_failed_is_asked_again_after_a_while() -> None:
    now = 100.0
    trouble = stand_in.Trouble(lambda: now)
    assert trouble.is_over
    trouble.noted("stt", TimeoutError())
    assert not trouble.is_over
    now += stand_in.LEFT_ALONE_S
    assert trouble.is_over


@pytest.mark.parametrize("hangs", [False, True])
async def test_flite_says_what_the_server_does_not(
    broken: tuple[Broken, str], hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    double, url = broken
    double.hangs = hangs
    monkeypatch.setattr(stand_in, "NEXT_SOUND_WITHIN_S", 0.3)
    settings = SpeechSettings(tts="openai", tts_model="small-voice", tts_base_url=url, tts_fallback="flite")
    catalog.check(settings)
    mouth = catalog.mouth(settings)
    audio = await mouth.synthesize("This is the office.").collect()
    assert 0.6 < audio.duration < 3
    assert np.abs(np.frombuffer(audio.data, np.int16).astype(np.int32)).max() > 3000
    assert audio.sample_rate == mouth.sample_rate
    assert double.asked["speech"] == 1
    await mouth.aclose()


@pytest.mark.parametrize("hangs", [False, True])
async def test_the_embedded_voice_speaks_where_none_was_chosen_to_stand_in(
    broken: tuple[Broken, str], hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    double, url = broken
    double.hangs = hangs
    monkeypatch.setattr(stand_in, "LONE_VOICE_WITHIN_S", 0.3)
    mouth = catalog.mouth(SpeechSettings(tts="openai", tts_model="small-voice", tts_base_url=url))
    audio = await mouth.synthesize("Goodbye, and thank you for calling.").collect()
    assert np.abs(np.frombuffer(audio.data, np.int16).astype(np.int32)).max() > 3000
    assert double.asked["speech"] == 1
    await mouth.aclose()


async def test_health_tells_key_model_and_silence_apart(broken: tuple[Broken, str]) -> None:
    _, url = broken
    there = {"stt": "openai", "stt_model": "small-ears", "stt_base_url": url}
    settings = SpeechSettings.model_validate(
        {
            **there,
            "stt_api_key": "the-key",
            "llm": "openai", "llm_model": "m", "llm_base_url": "http://127.0.0.1:1/v1",
            "tts": "openai", "tts_model": "another", "tts_base_url": url, "tts_api_key": "the-key",
            "tts_fallback": "openai", "tts_fallback_model": "x", "tts_fallback_base_url": url,
        }
    )  # fmt: skip
    found = {one.setting: one for one in await ask_all(settings)}
    assert [(name, one.ok) for name, one in found.items()] == [
        ("STT", True), ("LLM", False), ("TTS", False), ("TTS_FALLBACK", False),
    ]  # fmt: skip
    assert found["STT"].detail == "has small-ears"
    assert "does not answer" in found["LLM"].detail
    assert found["TTS"].detail == "does not have another"
    assert found["TTS_FALLBACK"].todo == "set GATEWAY_SPEECH__TTS_FALLBACK_API_KEY"
    assert await ask_all(SpeechSettings()) == []
