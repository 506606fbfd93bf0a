"""Sentences that many calls begin with, synthesised once for all calls of a process: greetings, disclosures."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from threading import Lock

from livekit import rtc
from livekit.agents import tts

from agents.speech.stand_in import TwoMouths

MOST_S = 120.0  # of sound, 6 MB at 24 kHz; what was asked for longest ago goes first

Frames = tuple[rtc.AudioFrame, ...]


class KeptSound:
    """Calls of a process are threads. All have the same voice, since the settings choose it."""

    def __init__(self, most_s: float = MOST_S) -> None:
        self._most_s = most_s
        self._kept: OrderedDict[str, Frames] = OrderedDict()
        self._lock = Lock()

    def known(self, text: str) -> Frames:
        """Empty for what was not said before."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text, ())

    async def spoken(self, voice: tts.TTS, text: str) -> Frames:
        """As `voice` says it, now or once before. Raises what `voice` raises."""
        if found := self.known(text):
            return found
        frames = await said_once(voice, text)
        if not (isinstance(voice, TwoMouths) and voice.stood_in):  # the next call may have the real one again
            self._keep(text, frames)
        return frames

    def _keep(self, text: str, frames: Frames) -> None:
        with self._lock:
            self._kept[text] = frames
            while sum(seconds(one) for one in self._kept.values()) > self._most_s:
                self._kept.popitem(last=False)


async def said_once(voice: tts.TTS, text: str) -> Frames:
    """Not kept: what has a name in it."""
    return tuple([chunk.frame async for chunk in voice.synthesize(text)])


def seconds(frames: Sequence[rtc.AudioFrame]) -> float:
    return sum(frame.duration for frame in frames)


async def each(frames: Sequence[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
    for frame in frames:
        yield frame


kept = KeptSound()
