"""One call of an agent by text: its real conversation, brain and tools, on a line that is made of memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, cast

from livekit import rtc
from livekit.agents import (
    AgentSession,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    JobContext,
    StopResponse,
    llm,
)

from agents.capture_talk import CaptureTalk
from agents.channel import CallerLine, Keypad
from agents.consent_talk import ConsentTalk
from agents.conversation import Conversation
from agents.disclosure import for_caller
from agents.facts_out import CallReporter
from agents.profile import AgentProfile
from agents.resume import Conversation as Past
from agents.skills.own_tools import Ways
from agents.speech import catalog
from agents.spoken_numbers import LOOK_AGAIN_S, SpokenNumbers
from agents.tool_choice import ToolChoice
from agents.tool_words import ToolFailed
from compliance.consent.plan import DisclosurePlan
from gateway.calls.consent_facts import DisclosurePlayed
from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import DigitPressed, Fact
from gateway.calls.participants import CONSENT, DISCLOSURE
from gateway.kernel.tasks import TaskSet
from gateway.rehearsals.document import Rehearsal, Told
from gateway.rehearsals.skipping_loop import SkippingLoop
from gateway.rehearsals.story import Asked, Entry, Story, ToolUse, Turn
from gateway.rehearsals.text_capture import TextCapture
from gateway.rehearsals.text_line import KeptFacts, NoVoice, SkippingCollector, TextCaller, TextRoom
from gateway.settings import SpeechSettings

CALL_ID = "call_rehearsal"
QUIET_LOOKS, LOOK_S, SETTLED_WITHIN_S = 15, 0.001, 60.0
SKIP_S = 0.25


class TextSession(AgentSession[None]):
    async def start(self, agent: Any, **_: object) -> None:  # type: ignore[override]
        """Without a room."""
        await super().start(agent, record=False)


class DoubledTools(Ways):
    """The agent's own tools answer what the rehearsal says."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        super().__init__()
        self._answers = answers

    async def run(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        if choice.name not in self._answers:
            raise ToolFailed(f"{choice.name} has no answer in this rehearsal.", code="tool.missing")
        return self._answers[choice.name]


class SkippingNumbers(SpokenNumbers):
    """On a clock that is put forward while it waits for more digits, which do not come by text."""

    def __init__(self, silenced: Callable[[datetime, datetime], None], expected: Callable[[], int]) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SkippingLoop)
        self._loop = loop
        super().__init__(silenced, expected)

    def _now_ms(self) -> int:
        return super()._now_ms() + round(self._loop.skipped * 1000)

    async def settled(self) -> None:
        while self._redactor.open_run(self._now_ms()):
            self._loop.skip(LOOK_AGAIN_S)


class TextCall:
    """`async with TextCall(…) as call`: the agent has said its first words. `story` grows."""

    def __init__(self, profile: AgentProfile, rehearsal: Rehearsal, speech: SpeechSettings) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SkippingLoop)
        self._loop, self._rehearsal = loop, rehearsal
        self._began, self._moves = loop.time(), 0
        self.story, self._over = Story(), False
        caller = TextCaller(_attributes(rehearsal.told))
        self._profile = for_caller(profile, caller.attributes)
        self._room = TextRoom(caller, self._hung_up_on)
        room, leg = cast("rtc.Room", self._room), cast("rtc.RemoteParticipant", caller)
        facts = KeptFacts(self._told)
        self._facts = facts
        self._session = TextSession(
            llm=catalog.brain(speech, self._profile), vad=None, turn_handling={"turn_detection": None},
            user_away_timeout=None,
        )  # fmt: skip
        collector = SkippingCollector(lambda: loop.skipped)
        self._keypad = Keypad(room, leg, collector)
        self._line = CallerLine(room, leg)
        self._reporter = CallReporter(cast("FactSender", facts), CALL_ID, leg)
        self._numbers = self._reporter.numbers = SkippingNumbers(
            self._reporter.numbers_spoken, lambda: collector.expected
        )
        self._voice = NoVoice()
        self._consent = ConsentTalk(
            self._session, self._voice, self._line, self._keypad, self._reporter, _plan(rehearsal.told)
        )
        self._conversation = Conversation(
            cast("JobContext", self._room), self._line, self._keypad, self._reporter, self._session, self._profile,
            self._ask_transfer, self._consent, self._numbers,
        )  # fmt: skip
        self._conversation.bring_tools(DoubledTools(rehearsal.tools))
        self._captures = TextCapture(self._profile.captures, self._room, facts, lambda name: self._ask("capture", name))
        talk = CaptureTalk(room, leg, CALL_ID, self._session, self._keypad, self._captures)
        self._conversation.heed_captures(talk)
        self._tasks = TaskSet()

    async def __aenter__(self) -> TextCall:
        self._session.on("conversation_item_added", self._item)
        self._session.on("function_tools_executed", self._tools)
        self._reporter.follow(self._session)
        await self._conversation.start(Past(call_id=CALL_ID))
        opening = self._tasks.start(self._conversation.greet(self._voice), name="rehearsal:opening")
        while not (opening.done() or self._consent.asking):
            await asyncio.wait([opening], timeout=LOOK_S)
        if opening.done():
            opening.result()
        await self._settled()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        await self._tasks.close()
        await self._conversation.close()
        await self._session.aclose()
        await self._reporter.close()
        await self._line.close()

    @property
    def now_s(self) -> float:
        return self._loop.time() - self._began

    @property
    def over(self) -> bool:
        return self._over

    async def say(self, words: str) -> None:
        """Heard in a finished turn, unless the agent is deaf just now."""
        self._turn(words, "caller")
        if self._session.input.audio_enabled:
            text = self._numbers.take("caller", words)
            try:
                message = llm.ChatMessage(role="user", content=[text])
                await self._session.current_agent.on_user_turn_completed(llm.ChatContext.empty(), message)
            except StopResponse:
                pass  # it was an answer to a question of the gateway's
            else:
                await self._session.run(user_input=text)
        await self._settled()

    async def press(self, keys: str) -> None:
        """One after the other, as far as each leads."""
        self._turn(keys, "caller", keyed=True)
        for key in keys:
            if self._captures.under_way:
                self._captures.press(key, CALL_ID)
            else:
                self._facts.record(DigitPressed, CALL_ID, pii={"digit": key})
                self._room.press(key)
        await self._settled()

    async def wait(self, seconds: float) -> None:
        """At once, but everything that is due meanwhile happens."""
        until = self.now_s + seconds
        while self.now_s < until and not self._over:
            self._loop.skip(min(SKIP_S, until - self.now_s))
            self._captures.expire(CALL_ID)
            before = self._moves
            for _ in range(3):
                await asyncio.sleep(0)
            if self._moves != before or self._session.current_speech is not None:
                await self._settled()
        await self._settled()

    def hang_up(self) -> None:
        """By the caller; nothing when it is over."""
        if not self._over:
            self._end("caller", "completed")
            self._room.leave()

    async def _settled(self) -> None:
        """Until nothing more comes by itself."""
        quiet, until = 0, asyncio.get_running_loop().time() + SETTLED_WITHIN_S
        while quiet < QUIET_LOOKS and self._loop.time() < until:
            before = self._moves
            await asyncio.sleep(LOOK_S)
            busy = self._session.current_speech is not None or self._session.agent_state == "thinking"
            quiet = 0 if busy or self._moves != before else quiet + 1

    async def _ask_transfer(self, choice: str, reason: str, request: str) -> str | None:
        self._ask("transfer", choice)
        self._tasks.start(self._put_through(), name="rehearsal:transfer")
        return None

    async def _put_through(self) -> None:
        """What the control plane would have the agent do."""
        await self._conversation.transfers.pause()
        if self._rehearsal.human != "connected":
            await self._conversation.transfers.take_back(self._rehearsal.human, "agent")

    def _ask(self, what: Any, name: str) -> None:
        self._moves += 1
        self.story.asked.append(Asked(what, name, self.now_s))

    def _hung_up_on(self, reason: str) -> None:
        self._end("agent", reason)

    def _end(self, by: str, outcome: str) -> None:
        if not self._over:
            self._over, self._moves = True, self._moves + 1
            self.story.ended_by, self.story.outcome = by, outcome

    def _turn(self, text: str, speaker: Any, *, keyed: bool = False, told: bool = False) -> None:
        self._moves += 1
        how = "keyed" if keyed else "told" if told else "said"
        self.story.turns.append(Turn(speaker, text, self.now_s, self.now_s, how))

    def _told(self, fact: Fact) -> None:
        self._moves += 1
        shown = json.loads(fact.model_dump_json())
        if isinstance(fact, DisclosurePlayed):
            self._turn(fact.text, "agent", told=True)
        self.story.whole += fact.model_dump_json() + "\n"
        self.story.record.append(Entry(shown["kind"], shown))

    def _item(self, event: ConversationItemAddedEvent) -> None:
        self._moves += 1
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.role == "assistant" and (text := item.text_content):
            self._turn(text, "agent")

    def _tools(self, event: FunctionToolsExecutedEvent) -> None:
        self._moves += 1
        for call, output in event.zipped():
            ok = output is not None and not output.is_error
            self.story.tools.append(ToolUse(call.name, self.now_s, ok, json.loads(call.arguments or "{}")))


def _plan(told: Told) -> DisclosurePlan:
    return DisclosurePlan(tell_ai=told.ai, record=told.record)


def _attributes(told: Told) -> dict[str, str]:
    attributes = {CONSENT: _plan(told).model_dump_json()}
    return attributes if told.about == "everything" else attributes | {DISCLOSURE: told.about}
