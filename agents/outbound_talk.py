"""What an agent of a campaign can do besides talking: take somebody off the list, and say what came of the call."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Literal

from livekit import agents as lk_agents
from livekit.agents import AgentSession, RunContext, function_tool, llm

from agents.attempt import STOP_CALLING, STOP_PHRASES, STOPPED, Attempt
from agents.channel import Keypad
from agents.facts_out import CallReporter
from agents.speech.brain import ScriptedBrain
from agents.speech.dialogue import plain
from gateway.kernel.tasks import TaskSet

NOTE_OUTCOME = "note_outcome"
_DISPOSITION = re.compile(r"^[a-z0-9_\-]{1,40}$")


class OutboundTalk:
    """`hang_up` ends the call. The wish not to be called is on file before the agent has answered it."""

    def __init__(
        self, attempt: Attempt, session: AgentSession[None], keypad: Keypad, reporter: CallReporter,
        hang_up: Callable[[str], Awaitable[None]], keys_in_use: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._session, self._reporter, self._hang_up = session, reporter, hang_up
        self._key = "" if attempt.opt_out_key in keys_in_use else attempt.opt_out_key
        self._tasks = TaskSet()
        self._opted_out = False
        self._others, keypad.on_free_key = keypad.on_free_key, self._pressed

    @property
    def tools(self) -> Mapping[str, llm.Tool]:
        return {STOP_CALLING: self._stop_tool(), NOTE_OUTCOME: self._outcome_tool()}

    def heard(self, words: str) -> bool:
        """A wish not to be called is on file whatever a model makes of it: it may not see one, or be told not to. Keeps
        no turn. The scripted brain knows the words by itself."""
        said = f" {plain(words)} "
        if not isinstance(self._session.llm, ScriptedBrain) and any(f" {plain(one)} " in said for one in STOP_PHRASES):
            self._opt_out("spoken")
        return False

    def _opt_out(self, how: Literal["spoken", "keyed"]) -> None:
        """Once is enough."""
        if not self._opted_out:
            self._opted_out = True
            self._reporter.opted_out(how)

    async def close(self) -> None:
        await self._tasks.close()

    def _pressed(self, digit: str) -> None:
        if digit != self._key:
            self._others(digit)
        elif not len(self._tasks):
            self._opt_out("keyed")
            self._tasks.start(self._by_key(), name="agent:opt-out")

    async def _by_key(self) -> None:
        await self._session.interrupt(force=True)
        await self._session.say(STOPPED, allow_interruptions=False)
        await self._hang_up("completed")

    def _stop_tool(self) -> llm.Tool:
        async def stop_calling(context: RunContext[None]) -> None:
            self._opt_out("spoken")
            await context.wait_for_playout()
            await self._hang_up("completed")
            raise lk_agents.StopResponse

        return function_tool(
            stop_calling,
            name=STOP_CALLING,
            description=(
                "The person does not want to be called again, in whatever words. Say in the same turn that they are "
                "taken off the list, and goodbye: the call then ends."
            ),
        )

    def _outcome_tool(self) -> llm.Tool:
        async def note_outcome(disposition: str, call_back_at: str = "") -> str:
            if not _DISPOSITION.fullmatch(disposition):
                return "Nothing was noted: the disposition is one word of small letters, such as interested."
            try:
                at = datetime.fromisoformat(call_back_at) if call_back_at else None
            except ValueError:
                return "Nothing was noted: call_back_at is written 2026-11-20T15:30:00-05:00."
            if at is not None and at.tzinfo is None:
                return "Nothing was noted: call_back_at needs its time zone, as in 2026-11-20T15:30:00-05:00."
            self._reporter.disposed(disposition, at)
            return "It is noted."

        return function_tool(
            note_outcome,
            name=NOTE_OUTCOME,
            description=(
                "Say once what came of the call: a word such as interested, not_interested, wrong_person, callback. "
                "With callback give the moment the person asked to be called at."
            ),
        )
