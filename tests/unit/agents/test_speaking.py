"""A real audio source: no room is needed to fill it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc

from agents.speaking import Speaking

RATE = 16000


class Mouth:
    """Speaks without thinking: a word is a tenth of a second."""

    async def synthesize(self, words: str) -> AsyncIterator[SimpleNamespace]:
        for _ in words.split():
            yield SimpleNamespace(frame=rtc.AudioFrame.create(RATE, 1, RATE // 10))


@pytest.mark.parametrize("interrupted_after_ms", [0, 5, 50, 150, 300])
async def test_words_that_were_broken_off_do_not_stand_in_the_way_of_the_next(interrupted_after_ms: int) -> None:
    source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
    speaking = Speaking(cast(Any, Mouth()), source)
    try:
        for _ in range(3):
            saying = asyncio.ensure_future(speaking.say("word " * 100))
            await asyncio.wait([saying], timeout=interrupted_after_ms / 1000)
            saying.cancel()
            await asyncio.wait([saying])
            await speaking.hush()
            await speaking.say("all right")
    finally:
        await source.aclose()
