"""A voice that is late: the caller hears a filler first, once, and nothing of it when the voice is in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIConnectionError

from agents.late_voice import in_time

RATE, FILLER, SPEECH = 8000, 7, 9


def frame(value: int) -> rtc.AudioFrame:
    return rtc.AudioFrame(np.full(160, value, np.int16).tobytes(), RATE, 1, 160)


def filler() -> tuple[rtc.AudioFrame, ...]:
    return (frame(FILLER),)


async def words(*parts: str) -> AsyncIterator[str]:
    for part in parts:
        yield part


async def heard(sound: AsyncIterable[rtc.AudioFrame]) -> list[int]:
    return [int(np.frombuffer(one.data, np.int16)[0]) for one in [one async for one in sound]]


async def test_a_late_voice_is_preceded_by_a_filler_once() -> None:
    waited = asyncio.Event()

    async def late(text: AsyncIterable[str]) -> AsyncIterator[rtc.AudioFrame]:
        async for _ in text:
            pass
        await waited.wait()
        yield frame(SPEECH)
        yield frame(SPEECH)

    found: list[int] = []
    async for one in in_time(words("Hello"), late, filler, after_s=0.05):
        found.append(int(np.frombuffer(one.data, np.int16)[0]))
        waited.set()
    assert found == [FILLER, SPEECH, SPEECH]


async def test_a_voice_in_time_is_heard_as_it_is() -> None:
    async def prompt(text: AsyncIterable[str]) -> AsyncIterator[rtc.AudioFrame]:
        async for _ in text:
            yield frame(SPEECH)

    assert await heard(in_time(words("Hello", "there"), prompt, filler, after_s=30)) == [SPEECH, SPEECH]


async def test_words_that_are_late_are_not_the_voices_fault() -> None:
    """The model's filler is another one."""
    thought = asyncio.Event()

    async def slow_words() -> AsyncIterator[str]:
        yield " "
        await thought.wait()
        yield "Hello"

    async def prompt(text: AsyncIterable[str]) -> AsyncIterator[rtc.AudioFrame]:
        async for part in text:
            if part.strip():
                yield frame(SPEECH)

    asyncio.get_running_loop().call_later(0.2, thought.set)
    assert await heard(in_time(slow_words(), prompt, filler, after_s=0.05)) == [SPEECH]


async def test_what_the_voice_raises_comes_out() -> None:
    async def broken(text: AsyncIterable[str]) -> AsyncIterator[rtc.AudioFrame]:
        async for _ in text:
            raise APIConnectionError
        yield frame(SPEECH)

    with pytest.raises(APIConnectionError):
        await heard(in_time(words("Hello"), broken, filler, after_s=30))


async def test_nothing_to_say_is_silent() -> None:
    async def silent(text: AsyncIterable[str]) -> AsyncIterator[rtc.AudioFrame]:
        async for _ in text:
            yield frame(SPEECH)

    assert await heard(in_time(words(), silent, filler, after_s=0.01)) == []
