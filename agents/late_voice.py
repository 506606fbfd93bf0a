"""A voice that is late with its first sound: the caller hears in time that something is coming, in the same voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable

from livekit import rtc

from agents.patience import FILLERS
from agents.speech.kept_sound import Frames, kept

LATE_AFTER_S = 1.2  # from the first words; with the way to the caller, 1.5 s
FILLER = FILLERS[0]

Voice = Callable[[AsyncIterable[str]], AsyncIterable[rtc.AudioFrame]]


def filler() -> Frames:
    """Empty as long as the voice has not said it once."""
    return kept.known(FILLER)


async def in_time(
    words: AsyncIterable[str], voice: Voice, filler: Callable[[], Frames] = filler, after_s: float = LATE_AFTER_S
) -> AsyncIterator[rtc.AudioFrame]:
    """The sound of `words`, and before it the filler when it is late. Raises what `voice` raises."""
    came = asyncio.Event()
    sound = aiter(voice(_noting(words, came)))
    first = asyncio.ensure_future(_next(sound))
    try:
        if await _is_late(first, came, after_s):
            for frame in filler():
                yield frame
        following = await first
        while following is not None:
            yield following
            following = await _next(sound)
    finally:
        first.cancel()


async def _is_late(first: asyncio.Future[rtc.AudioFrame | None], came: asyncio.Event, after_s: float) -> bool:
    words = asyncio.ensure_future(came.wait())
    await asyncio.wait([first, words], return_when=asyncio.FIRST_COMPLETED)
    words.cancel()
    if not first.done():
        await asyncio.wait([first], timeout=after_s)
    return not first.done()


async def _noting(words: AsyncIterable[str], came: asyncio.Event) -> AsyncIterator[str]:
    async for part in words:
        if part.strip():
            came.set()
        yield part


async def _next(sound: AsyncIterator[rtc.AudioFrame]) -> rtc.AudioFrame | None:
    return await anext(sound, None)
