"""A speech-to-speech model that is asked once for each turn, and gets no more than it may have."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, llm

from agents.speech import own_voice, realtime
from agents.speech.choice import first
from agents.speech.own_voice import Voiced
from agents.speech.voice_brain import VoiceBrain
from bench.serving import serving
from gateway.speech_settings import SpeechSettings
from tests.unit.agents.realtime_double import RATE, RealtimeDouble, Reply, words_of

SPOKEN, KEYED = "what are your opening hours", "tell me more"


@pytest.fixture
async def double() -> AsyncIterator[tuple[RealtimeDouble, str]]:
    one = RealtimeDouble()
    async with serving(one.app) as url:
        yield one, f"{url}/v1"


def brain_of(url: str, voice: str = "") -> VoiceBrain:
    settings = SpeechSettings(llm="openai-realtime", llm_model="gpt-realtime", llm_base_url=url, llm_voice=voice)
    return realtime.brain(first(settings, "llm"))


def frame(seconds: float = 0.5) -> rtc.AudioFrame:
    samples = int(seconds * 16000)
    return rtc.AudioFrame(b"\1\0" * samples, 16000, 1, samples)


def one_turn(brain: VoiceBrain, context: llm.ChatContext, words: str, *, as_sound: bool = True) -> None:
    brain.sound.hear(frame(), speaking=True)
    brain.sound.hear(frame(0.02), speaking=False)
    brain.sound.understood(words)
    brain.turn_is_over(context.add_message(role="user", content=words).id, as_sound=as_sound)


async def test_the_last_turn_is_heard_and_those_before_it_are_words_of_the_record(
    double: tuple[RealtimeDouble, str],
) -> None:
    model, url = double
    model.replies = [Reply("From nine to five."), Reply("On Sundays not.")]
    brain, context = brain_of(url), llm.ChatContext()
    context.add_message(role="assistant", content="Hello.")
    one_turn(brain, context, SPOKEN)
    answer = await brain.chat(chat_ctx=context).collect()
    assert answer.text == "From nine to five."
    assert words_of(model.asked[0]) == [("assistant", "Hello."), ("user", "")]
    context.add_message(role="assistant", content="From nine")  # what was heard of it
    one_turn(brain, context, KEYED)
    assert (await brain.chat(chat_ctx=context).collect()).text == "On Sundays not."
    assert words_of(model.asked[1]) == [
        ("assistant", "Hello."),
        ("user", SPOKEN),
        ("assistant", "From nine"),
        ("user", ""),
    ]
    assert [round(len(turn) / 2 / RATE, 1) for turn in model.turns] == [0.5, 0.5]
    told = model.sessions[0]
    assert (told["output_modalities"], told["audio"]["input"]["turn_detection"]) == (["text"], None)
    await brain.aclose()


async def test_a_turn_that_may_not_be_heard_is_told_in_words(double: tuple[RealtimeDouble, str]) -> None:
    model, url = double
    brain, context = brain_of(url), llm.ChatContext()
    one_turn(brain, context, SPOKEN, as_sound=False)
    await brain.chat(chat_ctx=context).collect()
    one_turn(brain, context, "my card is four one one one")
    await brain.chat(chat_ctx=context).collect()
    assert model.heard_s == 0
    assert words_of(model.asked[0]) == [("user", SPOKEN)]
    await brain.aclose()


async def test_a_tool_is_called_and_its_result_told(double: tuple[RealtimeDouble, str]) -> None:
    model, url = double
    model.replies = [Reply("One moment.", tool="look_up"), Reply("It is there.")]
    brain, context = brain_of(url), llm.ChatContext()

    @llm.function_tool
    async def look_up() -> None:
        """Looks it up."""

    one_turn(brain, context, SPOKEN)
    answer = await brain.chat(chat_ctx=context, tools=[look_up]).collect()
    asked = answer.tool_calls[0]
    assert asked.name == "look_up"
    assert [one["name"] for told in model.sessions for one in told.get("tools") or []] == ["look_up"]
    context.items += [
        llm.FunctionCall(id="item_of_our_own/fnc_0", call_id=asked.call_id, name=asked.name, arguments="{}"),
        llm.FunctionCallOutput(call_id=asked.call_id, name=asked.name, output="there", is_error=False),
    ]
    assert (await brain.chat(chat_ctx=context, tools=[look_up]).collect()).text == "It is there."
    assert [one["type"] for one in model.asked[1]] == ["message", "function_call", "function_call_output"]
    assert all(
        len(one["id"]) <= 32 and "/" not in one["id"] for one in model.asked[1] if one["type"] == "function_call"
    )
    await brain.aclose()


async def test_a_connection_that_dies_is_an_error_at_once_and_the_next_turn_has_another(
    double: tuple[RealtimeDouble, str],
) -> None:
    model, url = double
    model.replies = [Reply("From nine to five.", dies=True), Reply("Here I am.")]
    brain, context = brain_of(url), llm.ChatContext()
    one_turn(brain, context, SPOKEN)
    with pytest.raises(APIConnectionError):
        await brain.chat(chat_ctx=context).collect()
    one_turn(brain, context, KEYED)
    assert (await brain.chat(chat_ctx=context).collect()).text == "Here I am."
    assert words_of(model.asked[1]) == [("user", SPOKEN), ("user", "")]
    await brain.aclose()


async def test_an_answer_that_is_interrupted_is_cancelled_and_forgotten(double: tuple[RealtimeDouble, str]) -> None:
    model, url = double
    model.replies = [Reply("From nine to five.", holds=True), Reply("Here I am.")]
    brain, context = brain_of(url), llm.ChatContext()
    one_turn(brain, context, SPOKEN)
    async with brain.chat(chat_ctx=context) as answer:
        await anext(answer)
    one_turn(brain, context, KEYED)
    assert (await brain.chat(chat_ctx=context).collect()).text == "Here I am."
    assert model.cancelled == 1
    assert words_of(model.asked[1]) == [("user", SPOKEN), ("user", "")]
    await brain.aclose()


async def test_nobody_there_is_an_error() -> None:
    brain, context = brain_of("http://127.0.0.1:9/v1"), llm.ChatContext()
    one_turn(brain, context, SPOKEN)
    with pytest.raises(APIConnectionError):
        await brain.chat(chat_ctx=context).collect()
    await brain.aclose()


async def test_a_voice_of_its_own_is_played_and_other_words_are_spoken(double: tuple[RealtimeDouble, str]) -> None:
    model, url = double
    model.replies = [Reply("From nine to five.", pcm=b"\2\0" * RATE)]
    brain, context = brain_of(url, voice="marin"), llm.ChatContext()
    one_turn(brain, context, SPOKEN)
    answered = [one.delta.content async for one in brain.chat(chat_ctx=context) if one.delta and one.delta.content]
    assert "".join(answered) == "From nine to five."
    assert all(isinstance(one, Voiced) for one in answered)
    spoken: list[str] = []

    async def words() -> AsyncIterator[str]:
        yield "One "
        yield "moment."
        for one in answered:
            yield one
        yield "Sorry."

    async def mouth(part: AsyncIterator[str]) -> AsyncIterator[rtc.AudioFrame]:
        spoken.append("".join([one async for one in part]))
        yield frame(0.1)

    frames = [one async for one in own_voice.said(words(), mouth)]  # pyright: ignore[reportArgumentType]
    assert spoken == ["One moment.", "Sorry."]
    assert round(sum(one.duration for one in frames), 1) == 1.2
    assert model.sessions[0]["audio"]["output"]["voice"] == "marin"
    await brain.aclose()
