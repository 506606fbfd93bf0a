"""The conversation of one call: first words, keys, the agent's own end of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from livekit.agents import AgentSession, ConversationItemAddedEvent, ErrorEvent, JobContext, llm, stt, tts

from agents.attempt import Attempt
from agents.audio_out import CallAudio
from agents.capture_talk import CaptureTalk
from agents.capture_words import NO_CAPTURE
from agents.channel import CallerLine, Keypad
from agents.consent_talk import ConsentTalk
from agents.facts_out import CallReporter
from agents.flows.expected import Expected
from agents.flows.talk import FlowTalk
from agents.honest import CALL_LATER, CANNOT_HELP, LOST_THREAD, NO_TRANSFER, TO_A_HUMAN
from agents.listener import Listener
from agents.outbound_talk import OutboundTalk
from agents.patience import Patience
from agents.profile import AgentProfile, CaptureChoice, TransferChoice
from agents.resume import Conversation as Past
from agents.resume import chat_context, first_words, open_question
from agents.silence import SilenceWatch
from agents.skills.own_tools import Ways
from agents.skills.tools import tools_for
from agents.speech.dialogue import keypad_text
from agents.speech.kept_sound import each, kept, said_once
from agents.spoken_numbers import SpokenNumbers
from agents.transfer_talk import Ask, TransferTalk
from agents.turns import broken_off, room_options
from gateway.calls.participants import CAPTURE_FIRST
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

NODE_HANGS_UP_WITHIN_S = 3.0
LOST_AT_MOST = 2  # failures of a model in a row, until a human is asked for

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
        self._deaf, self._opened = False, asyncio.Event()
        self._captures: CaptureTalk | None = None
        self._flows: FlowTalk | None = None
        self.expected = Expected()  # before `start`
        self.other_model: llm.LLM | None = None  # stands in for the session's; before `start`
        self._ways = Ways()
        self.transfers = TransferTalk(session, keypad, profile, ask_transfer, self.hang_up, about_caller)
        self._silence = SilenceWatch(session, job.room, profile, self.hang_up)
        keys = {one.key for one in profile.transfers}
        self._opt_out_key = attempt.opt_out_key if attempt else ""
        self._outbound = OutboundTalk(attempt, session, keypad, reporter, self.hang_up, keys) if attempt else None

    async def start(self, past: Past) -> None:
        """Listens from here on; `past` is what an agent before this one talked about."""
        flows = self._flows = FlowTalk(
            self._profile, self, self._session, self.expected, self._keypad, self._opt_out_key
        )
        own = flows.tools(self._ways.tools(self._profile, self))
        agent = Listener(
            self.heard,
            self._numbers,
            self._over,
            Patience(self._lost),
            self.other_model,
            instructions=self._profile.instructions or f"You are {self._profile.name}, on the telephone.",
            chat_ctx=chat_context(self._profile, past.turns, past.transfer),
            tools=tools_for(self._profile, self, own | dict(self._outbound.tools if self._outbound else {})),
        )
        await self._session.start(
            agent,
            room=self._job.room,
            room_options=room_options(self._line.caller.identity),
            record=False,
            session_host=False,
        )
        self._session.on("conversation_item_added", self._heed_said)
        self._session.on("error", self._heed_error)
        self._numbers.on_correction = lambda: self._numbers.correct(self._session.history.items)
        if self._captures:
            self._captures.start()
        self._keypad.on_first_key = self._fall_silent
        self._tasks.start(self._heed_keys(), name="agent:keys")

    def heard(self, words: str) -> bool:
        """Of the caller, in a finished turn; True for what was meant for somebody else than the model."""
        if self._outbound:
            self._outbound.heard(words)
        return self._consent.heard(words) or (self._flows is not None and self._flows.heard(words))

    async def greet(
        self, voice: tts.TTS, capture_first: str = "", *, after: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Has the first words ready, and says them the moment the caller can hear; what has to be told comes first.

        `capture_first`: what is to be keyed in, unseen, before anything else is talked about. `after`: what is waited
        for besides the answer.
        """
        spoken = said_once if self._outbound else kept.spoken
        frames, _ = await asyncio.gather(spoken(voice, self._profile.greeting), self._consent.ready())
        await self._line.answered()
        if after:
            await after()
        await self._consent.open()
        self._session.say(self._profile.greeting, audio=each(frames))
        self._silence.start()
        self._opened.set()
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
        self._silence.start()
        self._opened.set()
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
        for one in (self._silence, self._captures, self._outbound):
            if one:
                await one.close()
        self._keypad.stop()

    def expect_digits(self, count: int) -> None:
        self._keypad.expect(count)

    def digits_used(self) -> None:
        self._keypad.stop()

    def bring_tools(self, ways: Ways) -> None:
        """Before `start`. Whoever opened them closes them."""
        self._ways = ways

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

    def _lost(self, times: int) -> str:
        """What to say in place of the model, which has failed so many times in a row."""
        if times < LOST_AT_MOST:
            return LOST_THREAD
        return TO_A_HUMAN if self._profile.transfers else CANNOT_HELP

    def _heed_error(self, event: ErrorEvent) -> None:
        """Ears that are gone for good do not come back: somebody else has to hear the caller."""
        if isinstance(event.error, stt.STTError) and not event.error.recoverable and not self._deaf:
            self._deaf = True
            _log.warning("ears_lost")
            self._tasks.start(self._without_ears(), name="agent:without-ears")

    async def _without_ears(self) -> None:
        await self._opened.wait()  # what has to be told comes first
        if not self.transfers.paused:
            self._session.say(self._lost(LOST_AT_MOST), allow_interruptions=False)

    def _heed_said(self, said: ConversationItemAddedEvent) -> None:
        """What was announced to its last word now happens: an answer may be prepared and never spoken."""
        item = said.item
        text = item.text_content if isinstance(item, llm.ChatMessage) and item.role == "assistant" else None
        if text and text.endswith((TO_A_HUMAN, CANNOT_HELP)):
            self._tasks.start(self._give_over(), name="agent:give-over")

    async def _give_over(self) -> None:
        """To a human, or to nobody."""
        if self._profile.transfers:
            choice = self._profile.transfers[0]
            if await self.transfer(choice, "The agent's model does not answer.", new_id("evt"), said=True) is None:
                return
            await self._session.say(f"{NO_TRANSFER} {CALL_LATER}", allow_interruptions=False)
        await self.hang_up("completed")

    def _over(self) -> str | None:
        """What the agent is saying, and a listener may nod to."""
        output = self._session.output.audio
        return output.speaking if isinstance(output, CallAudio) and not self._consent.asking else None

    def _fall_silent(self) -> None:
        """The first key of an answer interrupts the question, like speech does."""
        if self._session.current_speech is not None:
            self._session.interrupt()

    async def _heed_keys(self) -> None:
        while True:
            collected = await self._keypad.collected.get()
            if self._flows and self._flows.is_early(collected.digits):
                continue
            self._numbers.keyed(len(collected.digits))
            typed = self._numbers.take("caller", keypad_text(collected.digits))
            if self._flows:
                self._flows.heard(typed)
            await broken_off(self._session)
            self._session.generate_reply(user_input=typed)
