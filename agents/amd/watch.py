"""Listens to the one who answered an outbound call: who it is, and when a message can be left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Protocol

import numpy as np
from livekit import rtc

from agents.amd.detector import Detector
from agents.amd.neural_voice import NeuralVoice
from agents.amd.tones import FRAME, RATE, Samples
from agents.amd.verdict import Beep, Correction, Verdict
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

FRAME_MS = 20
QUEUED = 250  # frames, 5 s: a beep that comes while the process is busy is not lost
AT_ONCE = 5  # frames that the ears get together
BEHIND = 100  # frames that the ears may be; what is more they do not hear
BEFORE_VERDICT_S = 2.0  # a beep that is older belongs to something else, such as a call that is forwarded
NOT_HEARD = "the one who answered cannot be heard any more"

_log = get_logger(__name__)


class Ears(Protocol):
    """Phrases understood while they are spoken; blocks. `agents.amd.ears.PhraseEars` is one."""

    def take(self, frame: Samples) -> list[str]: ...

    def close(self) -> None: ...


async def frames_of(track: rtc.Track) -> AsyncIterable[Samples]:
    """20 ms of 8 kHz after the other, as long as the track lasts."""
    stream = rtc.AudioStream.from_track(
        track=track, sample_rate=RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=QUEUED
    )
    async with aclosing(stream):
        async for event in stream:
            yield np.frombuffer(event.frame.data, dtype=np.int16)


class AnsweredBy:
    """Begin when the call is answered, not while it rings; `close` when it is over.

    `ears` are used in a thread of their own, and closed. Words of other ears go to `heard`; then set `words_expected`.
    """

    def __init__(
        self, frames: AsyncIterable[Samples], *, ears: Ears | None = None, words_expected: bool = False
    ) -> None:
        self._detector = Detector(NeuralVoice(), words_expected=words_expected or ears is not None)
        self._ears, self._thread = ears, ThreadPoolExecutor(1, thread_name_prefix="amd")
        self._for_ears: asyncio.Queue[Samples] = asyncio.Queue(BEHIND)
        self._told, self._over = asyncio.Condition(), False
        self._last_beep: Beep | None = None
        self._tasks = TaskSet()
        self._tasks.start(self._listen(frames), name="amd:listen")
        if ears:
            self._tasks.start(self._understand(ears), name="amd:understand")

    async def verdict(self) -> Verdict:
        """Who answered. Raises Unavailable when the track ended before that was known."""
        await self._until(lambda: self._detector.verdict)
        assert self._detector.verdict
        return self._detector.verdict

    async def correction(self) -> Correction | None:
        """Whether the one who was taken for a person is a machine; None when it is too late for that to be known."""
        await self.verdict()
        await self._until(lambda: self._detector.correction or not self._detector.wants_words, or_over=True)
        return self._detector.correction

    async def beep(self, within_s: float) -> Beep | None:
        """The beep after which a message can be left: the last one if there was one, or the next that ends within so
        many seconds from now; None without one."""
        try:
            async with asyncio.timeout(within_s):
                await self._until(self._beep_that_counts, or_over=True)
        except TimeoutError:
            return None
        return self._beep_that_counts()

    def heard(self, text: str) -> None:
        """What ears of yours understood since the last time."""
        self._detector.heard(text)

    async def close(self) -> None:
        """Whoever still waits for a verdict gets Unavailable, for anything else None."""
        await self._tasks.close()
        await self._end()
        if self._ears:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._ears.close)
            self._ears = None
        self._thread.shutdown(wait=False)

    # -- listening --------------------------------------------------------------------------------------------

    async def _listen(self, frames: AsyncIterable[Samples]) -> None:
        try:
            async for frame in frames:
                if len(frame) == FRAME:  # the last one of a track may be shorter
                    await self._take(frame)
        finally:
            await self._end()

    async def _take(self, frame: Samples) -> None:
        if self._ears and self._detector.wants_words and not self._for_ears.full():
            self._for_ears.put_nowait(frame)
        before = self._detector.wants_words
        told = self._detector.take(frame)
        for one in told:
            if isinstance(one, Beep):
                self._last_beep = one
                _log.info("amd_beep", at_s=one.at_s, hertz=one.hertz)
            else:
                verdict = one.verdict if isinstance(one, Correction) else one
                _log.info("amd_told", kind=verdict.kind, at_s=verdict.at_s, why=verdict.why, by=verdict.certainty)
        if told or before != self._detector.wants_words:
            async with self._told:
                self._told.notify_all()

    async def _understand(self, ears: Ears) -> None:
        loop = asyncio.get_running_loop()
        while self._detector.wants_words:
            frames = [await self._for_ears.get() for _ in range(AT_ONCE)]
            for phrase in await loop.run_in_executor(self._thread, _understood, ears, frames):
                self._detector.heard(phrase)

    def _beep_that_counts(self) -> Beep | None:
        correction, first = self._detector.correction, self._detector.verdict
        verdict = correction.verdict if correction else first
        if self._last_beep is None or verdict is None:
            return None
        return self._last_beep if self._last_beep.at_s >= verdict.at_s - BEFORE_VERDICT_S else None

    async def _until(self, known: Callable[[], object], *, or_over: bool = False) -> None:
        async with self._told:
            await self._told.wait_for(lambda: known() or self._over)
        if not known() and not or_over:
            raise Unavailable(NOT_HEARD, todo="treat the call as ended, and dial again by the campaign's rules")

    async def _end(self) -> None:
        self._over = True
        async with self._told:
            self._told.notify_all()


def _understood(ears: Ears, frames: list[Samples]) -> list[str]:
    return [phrase for frame in frames for phrase in ears.take(frame)]
