"""An agent that says what a test wants it to say, and keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from livekit import rtc

from tests.integration.sip_node.fakes import PATIENCE, EchoAgent, new_room, rooms_of, until
from tests.integration.switchboard import Switchboard
from tests.sip.foreign.sound import Recording, tone
from tests.sip.foreign.tap import Tap

RATE = 48000
FRAME = RATE // 50


class Speaker(EchoAgent):
    """Silent until it is told to speak."""

    async def _echo(self, track: rtc.Track) -> None:
        async for event in rtc.AudioStream(track, sample_rate=RATE, frame_size_ms=20, capacity=5):
            self.heard.append(np.frombuffer(event.frame.data, dtype=np.int16))

    async def say(self, samples: np.ndarray) -> None:
        """48 kHz; returns when all of it has been said."""
        for at in range(0, len(samples) - FRAME + 1, FRAME):
            await self.source.capture_frame(rtc.AudioFrame(samples[at : at + FRAME].tobytes(), RATE, 1, FRAME))
        await self.source.wait_for_playout()

    async def says_until_heard(self, hertz: float, tap: Tap, seconds: float = 0.5) -> None:
        """A tone, for as long as it takes to reach the other side."""
        saying = asyncio.ensure_future(self.say(tone(hertz, RATE, PATIENCE)))
        try:
            await until(lambda: tap.recording.seconds_of(hertz) >= seconds, f"{hertz} Hz at the other side")
        finally:
            saying.cancel()
            self.source.clear_queue()

    async def hears(self, hertz: float, seconds: float = 0.5) -> None:
        """From now on."""
        self.heard.clear()
        await until(lambda: self.heard and self._recording().seconds_of(hertz) >= seconds, f"{hertz} Hz in the room")

    async def hears_silence(self, seconds: float = 0.6) -> None:
        """As frames that go on; what was on its way when this began does not count."""
        self.heard.clear()

        def silent() -> bool:
            last = self.heard[-int(seconds * 50) :]
            return len(last) >= seconds * 50 and max(int(np.abs(frame.astype(int)).max()) for frame in last) < 200

        await until(silent, "silence in the room")

    def _recording(self) -> Recording:
        return Recording(np.concatenate(self.heard), RATE)


@asynccontextmanager
async def speaker_when_called(switchboard: Switchboard) -> AsyncIterator[asyncio.Task[Speaker]]:
    """Turns up when the room of the next call does; the task's result is the agent."""
    before = await rooms_of(switchboard)

    async def come() -> Speaker:
        speaker = Speaker(switchboard, "agent-speaker")
        await speaker.join(await new_room(switchboard, before))
        return speaker

    coming = asyncio.ensure_future(come())
    try:
        yield coming
    finally:
        if coming.done() and not coming.cancelled():
            await coming.result().leave()
        coming.cancel()
