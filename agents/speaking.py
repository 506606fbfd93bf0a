"""Words into an audio source of LiveKit's, which can be broken off at any moment and gone on with at once."""

from __future__ import annotations

import asyncio

from livekit import rtc
from livekit.agents import tts


class Speaking:
    """A source whose capture of a frame was given up takes no other frame until its queue is empty (`InvalidState -
    failed to capture frame`, livekit 1.x): a capture that has begun is therefore always awaited, if need be after
    the queue was cleared."""

    def __init__(self, mouth: tts.TTS, source: rtc.AudioSource) -> None:
        self._mouth, self._source = mouth, source
        self._capture: asyncio.Future[None] | None = None

    async def say(self, words: str) -> None:
        """To the end."""
        async for chunk in self._mouth.synthesize(words):
            self._capture = asyncio.ensure_future(self._source.capture_frame(chunk.frame))
            await asyncio.shield(self._capture)
        await self._source.wait_for_playout()

    async def hush(self) -> None:
        """After a `say` that was cancelled: nothing more of it is heard, and the next may begin."""
        self._source.clear_queue()
        if self._capture is not None:
            await asyncio.wait([self._capture])
