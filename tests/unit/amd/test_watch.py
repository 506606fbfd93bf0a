"""Who waits for a verdict or a beep gets it when the audio has it, and is let go when the audio ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import numpy as np
import pytest

from agents.amd.tones import Samples
from agents.amd.watch import AnsweredBy
from agents.speech.phrasebook import shipped
from gateway.kernel.errors import Unavailable
from tests.unit.amd.far_end import FarEnd

PATIENCE_S = 20.0


class Line:
    """A track that gives what the test puts into it. Its frames are taken as fast as the detector can."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Samples | None] = asyncio.Queue()

    def plays(self, far_end: FarEnd) -> None:
        self.gives(far_end.frames())

    def gives(self, frames: Iterable[Samples]) -> None:
        for frame in frames:
            self._frames.put_nowait(frame)

    def ends(self) -> None:
        self._frames.put_nowait(None)

    async def frames(self) -> AsyncIterator[Samples]:
        while (frame := await self._frames.get()) is not None:
            yield frame


class ToldEars:
    """Understands `phrase` at its nth frame, and sets `understood` then."""

    def __init__(self, phrase: str = "", at_frame: int = 0) -> None:
        self._phrase, self._at, self.frames, self.closed = phrase, at_frame, 0, False
        self.understood, self._loop = asyncio.Event(), asyncio.get_running_loop()

    def take(self, frame: Samples) -> list[str]:
        assert frame.shape == (160,) and not self.closed
        self.frames += 1
        if self.frames != self._at:
            return []
        self._loop.call_soon_threadsafe(self.understood.set)
        return [self._phrase]

    def close(self) -> None:
        self.closed = True


def spoken(text: str) -> list[Samples]:
    """Whole frames of the agent's shipped voice."""
    samples = shipped().say(text)
    assert samples is not None
    return list(samples[: len(samples) // 160 * 160].reshape(-1, 160))


@pytest.fixture
def line() -> Line:
    return Line()


async def test_a_voicemail_is_told_by_its_beep_which_is_told_as_well(line: Line) -> None:
    answered = AnsweredBy(line.frames())
    line.plays(FarEnd().silent(1).tone(0.5, 1000).silent(2))
    async with asyncio.timeout(PATIENCE_S):
        verdict = await answered.verdict()
        beep = await answered.beep(within_s=PATIENCE_S)
    assert verdict.kind == "voicemail"
    assert beep and beep.at_s == pytest.approx(1.5, abs=0.02)
    assert await answered.verdict() is verdict
    await answered.close()


async def test_who_waits_for_the_beep_gets_the_one_to_come_not_an_old_one(line: Line) -> None:
    """A call that is forwarded may beep long before anybody answers."""
    answered = AnsweredBy(line.frames())
    waiting = asyncio.ensure_future(answered.beep(within_s=PATIENCE_S))
    line.plays(FarEnd().silent(0.4).tone(0.2, 1000).silent(0.2))
    line.gives(spoken("sorry we were cut off for a moment") * 3)
    line.plays(FarEnd().silent(0.3).tone(0.3, 800).silent(1))
    async with asyncio.timeout(PATIENCE_S):
        beep = await waiting
    assert beep and beep.hertz == pytest.approx(800, abs=2)
    await answered.close()


async def test_no_beep_in_time_is_none(line: Line) -> None:
    answered = AnsweredBy(line.frames())
    line.plays(FarEnd().silent(7))
    assert (await answered.verdict()).kind == "silence"
    assert await answered.beep(within_s=0.05) is None
    await answered.close()


async def test_audio_that_ends_lets_everybody_go(line: Line) -> None:
    answered = AnsweredBy(line.frames())
    verdict, beep = asyncio.ensure_future(answered.verdict()), asyncio.ensure_future(answered.beep(PATIENCE_S))
    line.plays(FarEnd().silent(0.5))
    line.ends()
    with pytest.raises(Unavailable) as gone:
        await verdict
    assert gone.value.todo
    assert await beep is None
    await answered.close()


async def test_closing_lets_everybody_go_and_frees_the_ears(line: Line) -> None:
    ears = ToldEars()
    answered = AnsweredBy(line.frames(), ears=ears)
    verdict = asyncio.ensure_future(answered.verdict())
    line.plays(FarEnd().silent(0.5))
    await asyncio.wait([verdict], timeout=0.1)
    await answered.close()
    await answered.close()
    with pytest.raises(Unavailable):
        await verdict
    assert ears.closed


async def test_a_last_frame_that_is_cut_short_is_left_out(line: Line) -> None:
    answered = AnsweredBy(line.frames())
    line.plays(FarEnd().silent(3))
    line.gives([np.zeros(80, np.int16)])
    line.plays(FarEnd().silent(4))
    assert (await answered.verdict()).at_s == pytest.approx(6.0, abs=0.05)
    await answered.close()


async def test_what_the_ears_understand_counts(line: Line) -> None:
    ears = ToldEars("state your name", at_frame=90)
    answered = AnsweredBy(line.frames(), ears=ears)
    speech = spoken("sorry we were cut off for a moment") + spoken("sorry we were cut off for a moment")
    assert len(speech) > 150
    async with asyncio.timeout(PATIENCE_S):
        line.gives(speech[:100])
        await ears.understood.wait()
        line.gives(speech[100:])
        verdict = await answered.verdict()
    assert (verdict.kind, verdict.certainty) == ("screening", "sure")
    assert await answered.correction() is None
    await answered.close()
    assert ears.closed
