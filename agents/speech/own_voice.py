"""A model that speaks with a voice of its own, in the place where else our mouth would say its words."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Self

from livekit import rtc


class Voiced(str):
    """Words that the model says itself; `sound` is that of the whole message, whichever of its words this is."""

    sound: AsyncIterable[rtc.AudioFrame]

    def __new__(cls, words: str, sound: AsyncIterable[rtc.AudioFrame]) -> Self:
        made = super().__new__(cls, words)
        made.sound = sound
        return made


async def said(
    words: AsyncIterable[str], mouth: Callable[[AsyncIterable[str]], AsyncIterable[rtc.AudioFrame]]
) -> AsyncIterator[rtc.AudioFrame]:
    """The sound of `words` in their order: the model's own where it has one, `mouth` says all others."""
    rest = aiter(words)
    following: str | None = await anext(rest, None)
    played: AsyncIterable[rtc.AudioFrame] | None = None

    async def plain(first: str) -> AsyncIterator[str]:
        nonlocal following
        following = None
        yield first
        async for part in rest:
            if isinstance(part, Voiced):
                following = part
                return
            yield part

    while following is not None:
        if not isinstance(following, Voiced):
            async for frame in mouth(plain(following)):
                yield frame
            continue
        if following.sound is not played:
            played = following.sound
            async for frame in played:
                yield frame
        following = await anext(rest, None)
