"""The caller's side of a transfer: words before it, silence during it, the truth after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from livekit.agents import AgentSession, llm, tts

from agents.briefing import briefing
from agents.channel import Keypad
from agents.honest import NO_TRANSFER, words_after
from agents.profile import AgentProfile, TransferChoice
from agents.speech.brain import ScriptedBrain, turns_of
from agents.speech.dialogue import FAREWELL
from agents.speech.mouth import EmbeddedMouth
from agents.summary import summarise
from gateway.calls.transfer_facts import LastResort, TransferOutcome
from gateway.kernel.ids import new_id
from gateway.kernel.tasks import TaskSet

WHISPERED = "Your supervisor listens and writes to you alone; heed it, and do not mention it:"
Ask = Callable[[str, str, str], Awaitable[str | None]]  # choice, reason, request → None, or why not


class TransferTalk:
    """`ask` begins a transfer, `hang_up` ends the call. `about_caller`: what a human is told first, "" for nothing."""

    def __init__(
        self, session: AgentSession[None], keypad: Keypad, profile: AgentProfile, ask: Ask,
        hang_up: Callable[[str], Awaitable[None]], about_caller: str = "",
    ) -> None:  # fmt: skip
        self._about_caller = about_caller
        self._session, self._keypad, self._profile = session, keypad, profile
        self._ask, self._hang_up = ask, hang_up
        self._by_key = {one.key: one for one in profile.transfers if one.key}
        self._summary: asyncio.Future[str] | None = None
        self._tasks = TaskSet()
        self.paused = False
        keypad.on_free_key = self._pressed

    async def close(self) -> None:
        await self._tasks.close()

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None:
        """None: it has begun. Else why not. `said`: the caller knows already what is about to happen."""
        if not said:
            await self._session.say(choice.say, allow_interruptions=False)
        return await self._ask(choice.name, reason, request)

    async def pause(self) -> None:
        """Again is nothing."""
        if self.paused:
            return
        self.paused = True
        self._keypad.heeded = False
        self._session.input.set_audio_enabled(False)
        await self._session.interrupt(force=True)
        if isinstance(self._session.llm, llm.LLM) and not isinstance(self._session.llm, ScriptedBrain):
            self._summary = asyncio.ensure_future(summarise(self._session.llm, self._session.history))

    async def briefing(self, note: str) -> str:
        summary = await self._summary if self._summary else ""
        return briefing(turns_of(self._session.history), summary, note, self._can_say, self._about_caller)

    async def note(self, text: str) -> None:
        """For the model's eyes; a scripted brain has none."""
        agent = self._session.current_agent
        context = agent.chat_ctx.copy()
        context.add_message(role="system", content=f"{WHISPERED} {text}")
        await agent.update_chat_ctx(context)

    async def last_words(self, words: str) -> None:
        """To the end, whoever speaks meanwhile: caller and human hear them."""
        await self._session.say(words, allow_interruptions=False)

    async def take_back(self, outcome: TransferOutcome, then: LastResort) -> None:
        self.paused = False
        self._keypad.heeded = True
        self._session.input.set_audio_enabled(True)
        if then == "agent":
            self._session.say(words_after(outcome))
            return
        await self._session.say(f"{words_after(outcome, then)} {FAREWELL}", allow_interruptions=False)
        await self._hang_up("completed")

    def _can_say(self, text: str) -> bool:
        mouth: tts.TTS | None = self._session.tts if isinstance(self._session.tts, tts.TTS) else None
        return not isinstance(mouth, EmbeddedMouth) or mouth.can_say(text)

    def _pressed(self, digit: str) -> None:
        if (choice := self._by_key.get(digit)) and not self.paused and not len(self._tasks):
            self._tasks.start(self._by_itself(choice), name="agent:transfer")

    async def _by_itself(self, choice: TransferChoice) -> None:
        """By a key: no model is asked."""
        await self._session.interrupt(force=True)
        if await self.transfer(choice, "", new_id("evt"), said=False):
            await self._session.say(NO_TRANSFER)
