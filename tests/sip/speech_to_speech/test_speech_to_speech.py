"""A model that hears and speaks for itself, on real calls: what reaches it, what the caller hears, what is recorded."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.honest import LOST_THREAD
from agents.speech.dialogue import HANG_UP
from agents.speech.engines import resampled
from agents.speech.phrasebook import RATE as LINE_RATE
from agents.speech.phrasebook import read_wav
from agents.speech.turn_sound import BEFORE_S
from bench.serving import serving
from gateway.demo.conversation import HOURS, LINES
from gateway.phone.phone import Phone
from gateway.phone.script import Listen, Say
from gateway.stack.ports import PortAllocator
from tests.sip.cascade.conftest import FOLDER
from tests.sip.cascade.talk import ASKED_AT_MOST, GREETING, make_agent, says_goodbye, transcript
from tests.sip.conftest import start_stack
from tests.sip.stack import PATIENCE, RunningStack
from tests.sip.talking.model_double import ANSWER, ModelDouble
from tests.sip.transfers.office import spoken
from tests.unit.agents.realtime_double import RATE, RealtimeDouble, Reply

OPEN, ASKED, CARD = "That depends on the day.", "may this call be recorded", "4111111111111111"
SOUND = "We are open from nine to five."  # of other words, so that it is known which voice was heard
Doubles = tuple[RealtimeDouble, ModelDouble, str]


@pytest.fixture(scope="module")
def doubles() -> Iterator[Doubles]:
    """The model that hears, the text model behind it, and their address; in a thread of their own."""
    hearing, writing = RealtimeDouble(), ModelDouble()
    hearing.app.include_router(writing.app.router)
    loop, context = asyncio.new_event_loop(), AsyncExitStack()
    thread = threading.Thread(target=loop.run_forever, name="models")
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(context.enter_async_context(serving(hearing.app)), loop)
        yield hearing, writing, opening.result(60)
    finally:
        asyncio.run_coroutine_threadsafe(context.aclose(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, doubles: Doubles) -> Iterator[RunningStack]:
    """Whisper hears as well, flite says what is not the model's, and a text model stands in."""
    url = doubles[2]
    speech = {
        "STT": "faster-whisper", "STT_MODEL": str(FOLDER), "TTS": "flite", "LLM": "openai-realtime",
        "LLM_MODEL": "gpt-realtime", "LLM_BASE_URL": f"{url}/v1", "LLM_VOICE": "marin",
        "LLM_FALLBACK_MODEL": "other", "LLM_FALLBACK_BASE_URL": f"{url}/other/v1",
    }  # fmt: skip
    env = {f"GATEWAY_SPEECH__{name}": value for name, value in speech.items()}
    env["GATEWAY_CAPTURE__TOKENISER"] = "test_vault"
    running = start_stack(tmp_path_factory.mktemp("speech-to-speech"), env=env)
    make_agent(running)
    yield running
    running.stop()


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38), phrases=("nine to five",)) as phone:
            yield phone
    finally:
        ports.close()


@pytest.fixture
def spoken_answer(tmp_path: Path) -> bytes:
    """What is heard of `OPEN`, when the model says it itself."""
    samples = read_wav(spoken(SOUND, tmp_path / "open.wav"))
    return resampled(samples, LINE_RATE, RATE).astype("<i2").tobytes()


async def asks(stack: RunningStack, phone: Phone, answer: str) -> None:
    """Again where the worker did not understand: a word may be lost on a busy machine."""
    for _ in range(ASKED_AT_MOST - 1):
        await phone.say(Say(HOURS, LINES / "what_are_your_opening_hours.wav"))
        try:
            await asyncio.to_thread(stack.was_told, phone.sip_call_id, answer.lower(), PATIENCE / 4)
            return
        except (AssertionError, TimeoutError):
            continue
    await asyncio.to_thread(stack.was_told, phone.sip_call_id, answer.lower())


@pytest.mark.timeout(400)  # with a stack of its own
async def test_the_model_hears_turns_only_and_neither_the_consent_nor_the_keys(
    stack: RunningStack, phone: Phone, doubles: Doubles, spoken_answer: bytes, tmp_path: Path,
    a_number: Callable[..., Any],
) -> None:  # fmt: skip
    model, _, _ = doubles
    model.otherwise = Reply(OPEN, pcm=spoken_answer)
    yes = spoken("yes please", tmp_path / "yes.wav")
    heard: dict[str, float] = {}
    captured: dict[str, Any] = {}

    async def conversation() -> None:
        call_id = await asyncio.to_thread(stack.was_told, phone.sip_call_id, ASKED)
        await phone.say(Say("yes please", yes))
        await asyncio.to_thread(stack.was_told, phone.sip_call_id, GREETING.lower())
        heard["before"] = model.heard_s
        hearing = asyncio.ensure_future(phone.listen(Listen(("nine to five",), within_s=PATIENCE)))
        await asks(stack, phone, OPEN)
        assert await hearing
        heard["asked"] = model.heard_s
        body = {"fields": ["card_number"]}
        capture = (await asyncio.to_thread(stack.post, f"/v1/calls/{call_id}/captures", body, 201))["id"]
        await phone.say(Say(HOURS, LINES / "what_are_your_opening_hours.wav"))
        rtp = phone._rtp
        assert rtp is not None
        await rtp.send_digits(CARD + "#", 60, 60)

        def over() -> dict[str, Any] | None:
            shown = stack.get(f"/v1/calls/{call_id}/captures/{capture}")
            return shown if shown["state"] == "over" else None

        captured.update(await asyncio.to_thread(stack.until, over, "the capture is over"))
        heard["captured"] = model.heard_s
        model.otherwise = Reply("Goodbye.", pcm=spoken_answer, tool=HANG_UP)
        await says_goodbye(phone)

    terms = {"disclosure": {"record": "ask", "caller_places": ["US-TX"]}}
    with a_number("+15105550171", rule=terms) as number:
        await phone.talk(stack.uri(number.number), conversation)
        call = await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    assert heard["before"] == 0
    assert 0.5 < heard["asked"] < 15
    asked_s = len(read_wav(LINES / "what_are_your_opening_hours.wav")) / LINE_RATE
    assert len(model.turns[0]) / 2 / RATE < asked_s + BEFORE_S + 1.0  # without the yes before it
    assert np.abs(np.frombuffer(b"".join(model.turns), "<i2")).max() > 1000
    assert captured["outcome"] == "taken"
    assert heard["captured"] == heard["asked"]
    assert CARD[:6] not in json.dumps([model.asked, model.sessions])
    assert call["termination"]["ended_by"] == "agent"
    said = transcript(stack, call["id"])
    assert ("caller", HOURS) in said
    assert ("agent", OPEN) in said
    events = [
        one["body"] | {"kind": one["kind"]} for one in stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
    ]
    assert any(one["kind"] == "consent_given" and one["method"] == "voice" for one in events)
    told = {(one["host"], one["by"]) for one in stack.get(f"/v1/privacy/egress/{call['id']}")["receivers"]}
    assert {("127.0.0.1", "stt"), ("127.0.0.1", "llm"), ("127.0.0.1", "tts")} <= told


@pytest.mark.timeout(400)
async def test_when_its_connection_dies_the_caller_is_told_so_and_a_text_model_goes_on(
    stack: RunningStack, phone: Phone, doubles: Doubles, a_number: Callable[..., Any]
) -> None:
    model, writing, _ = doubles
    model.otherwise = Reply(OPEN, dies=True)

    async def conversation() -> None:
        await asyncio.to_thread(stack.was_told, phone.sip_call_id, GREETING.lower())
        await asks(stack, phone, LOST_THREAD)
        model.refuses = True
        await asks(stack, phone, ANSWER)

    with a_number("+15105550172") as number:
        await phone.talk(stack.uri(number.number), conversation)
        await asyncio.to_thread(stack.ended_call, phone.sip_call_id)
    assert writing.asked["other"] >= 1
