"""The conversation of one call: first words, keys, the agent's own end of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any

from livekit import rtc
from livekit.agents import (
    Agent,
    AgentSession,
    FlushSentinel,
    JobContext,
    ModelSettings,
    StopResponse,
    llm,
    stt,
    tts,
)

from agents.attempt import Attempt
from agents.capture_talk import CaptureTalk
from agents.capture_words import NO_CAPTURE
from agents.channel import CallerLine, Keypad
from agents.consent_talk import ConsentTalk
from agents.facts_out import CallReporter
from agents.outbound_talk import OutboundTalk
from agents.profile import AgentProfile, CaptureChoice, TransferChoice
from agents.resume import Conversation as Past
from agents.resume import chat_context, first_words, open_question
from agents.skills.tools import tools_for
from agents.speech.dialogue import keypad_text
from agents.spoken_numbers import SpokenNumbers, without_numbers
from agents.transfer_talk import Ask, TransferTalk
from agents.turns import room_options
from gateway.calls.participants import CAPTURE_FIRST
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

NODE_HANGS_UP_WITHIN_S = 3.0

_log = get_logger(__name__)


class Conversation:
    """Runs a session on a caller's line; to the tools it is the call."""

    def __init__(
        self,
        job: JobContext,
        line: CallerLine,
        keypad: Keypad,
        reporter: CallReporter,
        session: AgentSession[None],
        profile: AgentProfile,
        ask_transfer: Ask,
        consent: ConsentTalk,
        numbers: SpokenNumbers,
        about_caller: str = "",
        attempt: Attempt | None = None,
    ) -> None:
        self._job = job
        self._line = line
        self._keypad = keypad
        self._reporter = reporter
        self._session = session
        self._profile = profile
        self._consent = consent
        self._numbers = numbers
        self._tasks = TaskSet()
        self._captures: CaptureTalk | None = None
        self.transfers = TransferTalk(session, keypad, profile, ask_transfer, self.hang_up, about_caller)
        keys = {one.key for one in profile.transfers}
        self._outbound = OutboundTalk(attempt, session, keypad, reporter, self.hang_up, keys) if attempt else None

    async def start(self, past: Past) -> None:
        """Listens from here on; `past` is what an agent before this one talked about."""
        agent = _Listener(
            self._consent.heard,
            self._numbers,
            instructions=self._profile.instructions or f"You are {self._profile.name}, on the telephone.",
            chat_ctx=chat_context(self._profile, past.turns, past.transfer),
            tools=tools_for(self._profile, self, self._outbound.tools if self._outbound else {}),
        )
        await self._session.start(
            agent,
            room=self._job.room,
            room_options=room_options(self._line.caller.identity),
            record=False,
            session_host=False,
        )
        self._numbers.on_correction = lambda: self._numbers.correct(self._session.history.items)
        if self._captures:
            self._captures.start()
        self._keypad.on_first_key = self._fall_silent
        self._tasks.start(self._heed_keys(), name="agent:keys")

    async def greet(
        self, voice: tts.TTS, capture_first: str = "", *, after: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Has the first words ready, and says them the moment the caller can hear; what has to be told comes first.

        `capture_first`: what is to be keyed in, unseen, before anything else is talked about. `after`: what is waited
        for besides the answer.
        """
        frames, _ = await asyncio.gather(_spoken(voice, self._profile.greeting), self._consent.ready())
        await self._line.answered()
        if after:
            await after()
        await self._consent.open()
        self._session.say(self._profile.greeting, audio=_each(frames))
        if choice := next((one for one in self._profile.captures if one.name == capture_first), None):
            if await self.capture(choice, CAPTURE_FIRST, said=False):
                self._session.say(NO_CAPTURE)
        elif capture_first:
            _log.warning("capture_unknown", capture=capture_first)

    async def go_on(self, past: Past) -> None:
        """Takes over: says so, and asks again what was open."""
        await self._consent.ready()
        await self._line.answered()
        if not past.consent:
            await self._consent.open()
        if past.transfer == "under_way":
            await self.transfers.pause()
            return
        asked = open_question(self._profile, past.turns)
        if asked and asked.ask_digits:
            self._keypad.expect(asked.ask_digits)
        self._session.say(first_words(asked, past.transfer))

    async def close(self) -> None:
        await self._tasks.close()
        await self._consent.close()
        await self.transfers.close()
        for one in (self._captures, self._outbound):
            if one:
                await one.close()
        self._keypad.stop()

    def expect_digits(self, count: int) -> None:
        self._keypad.expect(count)

    def digits_used(self) -> None:
        self._keypad.stop()

    def heed_captures(self, captures: CaptureTalk) -> None:
        """Before `start`."""
        self._captures = captures
        captures.paused_otherwise = lambda: self.transfers.paused

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None:
        return await self._captures.capture(choice, request, said=said) if self._captures else "There is no call."

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None:
        return await self.transfers.transfer(choice, reason, request, said=said)

    async def hang_up(self, reason: str) -> None:
        """The agent's goodbye has been heard: the node ends the call."""
        self._reporter.hangup_asked(reason)
        await self._line.ask_hangup(reason)
        self._tasks.start(self._make_sure(), name="agent:hangup")

    async def _make_sure(self) -> None:
        """A SIP bridge that does not know our packet ends the call when the room goes."""
        try:
            async with asyncio.timeout(NODE_HANGS_UP_WITHIN_S):
                await self._line.left.wait()
        except TimeoutError:
            _log.warning("hangup_by_room")
            await self._job.delete_room()

    def _fall_silent(self) -> None:
        """The first key of an answer interrupts the question, like speech does."""
        if self._session.current_speech is not None:
            self._session.interrupt()

    async def _heed_keys(self) -> None:
        while True:
            collected = await self._keypad.collected.get()
            self._numbers.keyed(len(collected.digits))
            typed = self._numbers.take("caller", keypad_text(collected.digits))
            self._session.generate_reply(user_input=typed)


class _Listener(Agent):
    """`heard` sees a turn of the caller's first, and may keep it; `numbers` takes out what nobody may read."""

    def __init__(self, heard: Callable[[str], bool], numbers: SpokenNumbers, **options: Any) -> None:
        super().__init__(**options)
        self._heard, self._numbers = heard, numbers

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        if self._heard(new_message.text_content or ""):
            raise StopResponse

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent | str]:
        async for event in self._numbers.events(Agent.default.stt_node(self, audio, model_settings)):
            yield event

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """The model has its turn when no number stands open, and reads what is known by then."""
        await self._numbers.settled()
        self._numbers.correct(chat_ctx.items)
        async for chunk in Agent.default.llm_node(self, chat_ctx, tools, model_settings):
            yield without_numbers(chunk)


async def _spoken(voice: tts.TTS, text: str) -> list[rtc.AudioFrame]:
    return [chunk.frame async for chunk in voice.synthesize(text)]


async def _each(frames: list[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
    for frame in frames:
        yield frame
