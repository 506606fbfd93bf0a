"""The first seconds of a call out: who answered, and what follows. A person is greeted; a machine is told what it may
be told, or nothing.
The agent does not wait for certainty: after two seconds it greets, and is broken off if it was a machine after all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from livekit import rtc
from livekit.agents import AgentSession

from agents.amd.verdict import Verdict
from agents.amd.watch import AnsweredBy, Ears, frames_of
from agents.attempt import Attempt
from agents.channel import CallerLine
from agents.facts_out import CallReporter
from gateway.calls.dial_facts import Answerer
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger

GREETS_AFTER_S = 2.0  # from the answer; what came within was a person, or nobody can tell yet
BEEP_WITHIN_S = 30.0
SCREENER_WAITS_S = 25.0  # for the person behind a call screening to come on
MESSAGE_LEFT = "message_left"

_log = get_logger(__name__)


class Answering:
    """`run` beside the opening of the conversation, which waits for `person`. `hang_up` ends the call."""

    def __init__(
        self, attempt: Attempt, room: rtc.Room, line: CallerLine, session: AgentSession[None], reporter: CallReporter,
        hang_up: Callable[[str], Awaitable[None]], ears: Ears | None,
    ) -> None:  # fmt: skip
        self._attempt, self._room, self._line = attempt, room, line
        self._session, self._reporter, self._hang_up, self._ears = session, reporter, hang_up, ears
        self._may_speak = asyncio.Event()

    async def person(self) -> None:
        """Returns when the greeting may begin."""
        await self._may_speak.wait()

    async def run(self, opening: asyncio.Task[None]) -> None:
        """`opening` is broken off for a machine."""
        self._session.input.set_audio_enabled(False)  # nobody is to answer a recording's words
        await self._line.answered()
        watch = AnsweredBy(frames_of(await self._voice()), ears=self._ears)
        try:
            verdict = await self._machine_of(watch)
            if verdict is not None:
                await self._met_machine(verdict, watch, opening)
        except Unavailable:
            _log.info("amd_without_verdict")
        finally:
            self._let_speak()
            await watch.close()

    async def _machine_of(self, watch: AnsweredBy) -> Verdict | None:
        """None for a person. Raises Unavailable."""
        deciding = asyncio.ensure_future(watch.verdict())
        try:
            await asyncio.wait([deciding], timeout=GREETS_AFTER_S)
            if not deciding.done():
                self._let_speak()
            verdict = await deciding
        finally:
            deciding.cancel()
        self._report(verdict)
        if verdict.kind != "human":
            return verdict
        self._let_speak()
        correction = await watch.correction()
        if correction is None:
            return None
        self._report(correction.verdict)
        return correction.verdict

    def _let_speak(self) -> None:
        if not self._may_speak.is_set():
            self._session.input.set_audio_enabled(True)
            self._may_speak.set()

    def _report(self, verdict: Verdict) -> None:
        self._reporter.answered_by(cast("Answerer", verdict.kind), verdict.at_s)

    async def _met_machine(self, verdict: Verdict, watch: AnsweredBy, opening: asyncio.Task[None]) -> None:
        opening.cancel()
        await asyncio.wait([opening])
        self._session.input.set_audio_enabled(False)
        await self._session.interrupt(force=True)
        self._may_speak.set()
        if verdict.kind == "voicemail" and self._attempt.voicemail.policy == "leave_message":
            await watch.beep(BEEP_WITHIN_S)
            await self._says(self._attempt.voicemail.message)
            self._reporter.disposed(MESSAGE_LEFT)
        elif verdict.kind == "screening" and self._attempt.opening:
            await self._says(self._attempt.opening)
            if await self._somebody_came():
                return
        await self._hang_up("completed")

    async def _says(self, text: str) -> None:
        await self._session.say(self._attempt.filled(text), allow_interruptions=False)

    async def _somebody_came(self) -> bool:
        """Behind the screening a person may take the call: the agent listens again, and talks once spoken to."""
        self._session.input.set_audio_enabled(True)
        spoken = asyncio.Event()
        self._session.on("user_input_transcribed", lambda _: spoken.set())
        try:
            async with asyncio.timeout(SCREENER_WAITS_S):
                await spoken.wait()
        except TimeoutError:
            return False
        return True

    async def _voice(self) -> rtc.Track:
        """The track of whoever was called."""
        found: asyncio.Future[rtc.Track] = asyncio.get_running_loop().create_future()

        def look(*_: object) -> None:
            theirs = self._room.remote_participants.get(self._line.caller.identity)
            tracks = [one.track for one in theirs.track_publications.values()] if theirs else []
            audio = next((one for one in tracks if one and one.kind == rtc.TrackKind.KIND_AUDIO), None)
            if audio and not found.done():
                found.set_result(audio)

        self._room.on("track_subscribed", look)
        try:
            look()
            return await found
        finally:
            self._room.off("track_subscribed", look)
