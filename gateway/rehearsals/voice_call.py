"""One call of a rehearsal by voice: the built-in phone says, keys, waits; the call's record tells what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from gateway.kernel.tasks import TaskSet
from gateway.phone.phone import Phone
from gateway.phone.script import Press
from gateway.rehearsals.document import Rehearsal, Step
from gateway.rehearsals.expected import Expected
from gateway.rehearsals.held import Held, StepHeld, first_moment
from gateway.rehearsals.looking import after_step
from gateway.rehearsals.record import LOOK_S, CallRecord
from gateway.rehearsals.sounds import CallerVoice
from gateway.rehearsals.stage import Line, Stage

ANSWER_S = 30.0  # until what is expected counts as not met
SAID_AGAIN_S = 9.0  # without what was expected
THINKS_S = 2.0  # after an answer that was another one
UNASKED_S = 5.0  # for an answer of which nothing is expected
STILL_S = 0.5  # without a sound: the agent has finished
LATE_S = 5.0  # a worker tells the last words of a call after its end
NOTHING_S = 4.0  # as long as that nothing is said where nothing is to be
LONGEST_ANSWER_S = 30.0
BACKGROUND_S = 0.1


class VoiceCall:
    """`hold` calls the line, and fills `held`."""

    def __init__(self, held: Held, phone: Phone, voice: CallerVoice, stage: Stage, line: Line) -> None:
        self._held, self._phone, self._voice, self._stage, self._line = held, phone, voice, stage, line
        self._rehearsal: Rehearsal = held.rehearsal
        self._answered, self._answered_at = 0.0, 0.0
        self._record: CallRecord | None = None
        self._speaking = asyncio.Lock()
        self._tasks = TaskSet()
        self._timing: asyncio.Task[None] | None = None

    async def hold(self) -> None:
        """Raises CallFailed when nobody answers, Unavailable when the stack does not."""
        await self._phone.talk(f"sip:{self._line.number}@{self._stage.place.sip}", self._talk)
        assert self._record is not None
        self._held.story = await self._record.closed()
        self._held.look()
        loop = asyncio.get_running_loop()
        until = loop.time() + LATE_S
        while self._held.verdict == "failed" and loop.time() < until:
            await asyncio.sleep(LOOK_S)
            self._held.story = await self._record.story()
            self._held.look()

    async def _talk(self) -> None:
        self._answered, self._answered_at = time.monotonic(), time.time()
        self._record = CallRecord(self._stage, self._phone.sip_call_id, self._answered_at, self._line.targets)
        self._tasks.start(self._background(), name="rehearsal:noise")
        ended = asyncio.ensure_future(self._phone.ended())
        talking = asyncio.ensure_future(self._steps())
        try:
            await asyncio.wait([talking, ended], return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():  # the other side hung up; what it did is in the record
                talking.cancel()
            await asyncio.wait([talking])
            if not talking.cancelled():
                talking.result()
        finally:
            ended.cancel()
            talking.cancel()
            await self._tasks.close()
            self._held.call_id = self._record.call_id

    async def _steps(self) -> None:
        steps = self._rehearsal.steps
        for number, step in enumerate(steps):
            one = StepHeld(step, first_moment(number, step, time.monotonic() - self._answered))
            self._held.steps.append(one)
            if step.act == "hang_up":
                return
            await self._act(one)
            if number + 1 == len(steps) or steps[number + 1].act != "interrupt":
                await self._outcome(one)
        if self._rehearsal.end.by not in ("", "caller"):
            await self._within(self._phone.ended(), ANSWER_S)

    async def _act(self, one: StepHeld) -> None:
        step = one.step
        if step.interrupt:
            await self._within(self._phone.sound(), ANSWER_S)
            await self._within(self._phone.ended(), step.after_s)
        if step.say or step.interrupt or step.mumble:
            await self._say(one)
        elif step.key:
            await self._phone.press(Press(step.key))
            self._time(one)
        elif step.wait:
            await self._within(self._phone.ended(), step.wait)

    async def _say(self, one: StepHeld) -> None:
        line = await self._voice.line(one.step.words, mumbled=bool(one.step.mumble))
        async with self._speaking:
            await self._phone.say(line)
        if one.step.say:
            self._time(one)

    def _time(self, one: StepHeld) -> None:
        """From here, where the caller's last word or key was, to the first sound."""
        if self._timing:
            self._timing.cancel()
        spoke, one.answered_after_s = time.monotonic(), None

        async def first_sound() -> None:
            one.answered_after_s = await self._phone.sound() - spoke

        self._timing = self._tasks.start(first_sound(), name="rehearsal:timing")

    async def _outcome(self, one: StepHeld) -> None:
        """Until what is expected has come, or will not; and the agent has finished."""
        step, loop = one.step, asyncio.get_running_loop()
        if _nothing(step):
            await self._within(self._phone.ended(), 0 if step.wait else NOTHING_S)
            return
        if not _something(step.expect):
            await self._within(self._phone.sound(), UNASKED_S if step.act != "wait" else LOOK_S)
        until, again, answers = loop.time() + ANSWER_S, loop.time() + SAID_AGAIN_S, 0
        while (found := await self._so_far(one)) is not None and loop.time() < until:
            if found > answers:  # an answer, and another one than was expected
                answers, again = found, min(again, loop.time() + THINKS_S)
            if step.say and loop.time() > again and one.tries < self._rehearsal.tries:
                one.tries += 1
                await self._say(one)
                until, again = loop.time() + ANSWER_S, loop.time() + SAID_AGAIN_S
            await asyncio.sleep(LOOK_S)
        await self._within(self._stillness(), LONGEST_ANSWER_S)

    async def _so_far(self, one: StepHeld) -> int | None:
        """None when all that was expected has come, else how often the agent has spoken since."""
        assert self._record is not None
        part = (await self._record.story()).part(one.began_s)
        wanted = one.step.expect.model_copy(update={"within_s": None})
        met = all(found.met for found in after_step(wanted, part, None))
        return None if met else len(part.said(one.began_s))

    async def _stillness(self) -> None:
        while await self._within(self._phone.sound(), STILL_S):
            await self._phone.silence()

    async def _background(self) -> None:
        """Noise between the words, which have their own."""
        while True:
            if not self._speaking.locked():
                self._phone.speak_frames(self._voice.background(round(BACKGROUND_S / 0.02)))
            await asyncio.sleep(BACKGROUND_S)

    async def _within(self, event: Awaitable[object], seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await event
        except TimeoutError:
            return False
        return True


def _nothing(step: Step) -> bool:
    return step.expect.says is not None and step.expect.says.nothing


def _something(expected: Expected) -> bool:
    """Which has not happened yet when the step begins."""
    says = expected.says
    words = bool(says and (says.all or says.any or says.matches))
    return words or bool(expected.tool or expected.transfer or expected.capture)
