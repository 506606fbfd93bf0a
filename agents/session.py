"""One call of one agent: from LiveKit's job to the moment the caller has gone."""

from __future__ import annotations

import asyncio
import functools
import time
from dataclasses import dataclass, replace

import structlog
from livekit import agents as lk_agents
from livekit import rtc
from livekit.agents import AgentSession, JobContext
from livekit.agents.types import NOT_GIVEN
from livekit.agents.voice.agent_session import SessionConnectOptions
from pydantic import BaseModel, ConfigDict

from agents.amd.watch import Ears
from agents.answering import Answering
from agents.attempt import Attempt
from agents.audio_out import CallAudio
from agents.barge_in import WordedVAD
from agents.briefing import LISTENED_FOR
from agents.capture_talk import CaptureTalk
from agents.channel import CallerLine, Keypad, find_caller
from agents.commands import AgentCommands
from agents.consent_talk import ConsentTalk, plan_of
from agents.consult import Consult
from agents.control_plane import ControlPlane
from agents.conversation import Conversation
from agents.disclosure import caution, for_caller
from agents.facts_out import CallReporter
from agents.flows.choice import words_of
from agents.flows.expected import Expected
from agents.gate import LetIn, TurnedAway, comes_unasked, let_in
from agents.handover import Handover
from agents.profile import AgentProfile
from agents.ready import Ready
from agents.resume import Conversation as Past
from agents.sentences import by_sentences
from agents.skills.digits import DigitCollector
from agents.skills.own_tools import Ways
from agents.speech import catalog
from agents.speech.brain import ScriptedBrain
from agents.speech.hosts import hosts_of
from agents.speech.mouth import EmbeddedMouth
from agents.speech.voice_brain import VoiceBrain
from agents.spoken_numbers import SpokenNumbers
from agents.tool_hosts import host_of
from agents.turns import turn_handling
from agents.worker.loop_lag import LoopLag
from gateway.calls.agent_commands import AgentDoor, Brief
from gateway.calls.fact_sender import FactSender
from gateway.calls.participants import AGENT_ID, CALL_ID, CAPTURE_FIRST
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens
from gateway.kernel.tasks import TaskSet, first_of
from gateway.livekit.own_events import only_its_room

CALLER_WITHIN_S = 10.0
CALLED_WITHIN_S = 90.0  # an agent is there before somebody is dialled
ERRORS_BORNE = 1000  # an answer prepared in vain counts too; who gives a model up is Patience, not the library
LAG_EVERY_S = 0.2
LAST_WORDS_WITHIN_S = 0.5  # of a caller who hung up in mid-sentence

_log = get_logger(__name__)


class JobOrder(BaseModel):
    """The dispatch's metadata."""

    model_config = ConfigDict(extra="ignore")

    agent_id: str
    call_id: str = ""
    resume: bool = False
    attempt_id: str = ""


@dataclass(frozen=True)
class Prepared:
    """What a call needs besides the room; made while the room is being joined."""

    profile: AgentProfile
    past: Past
    session: AgentSession[None]
    ways: Ways
    attempt: Attempt | None = None


async def answer_call(job: JobContext) -> None:
    """The entry point of a job; returns when the call is over."""
    ready: Ready = job.proc.userdata["ready"]
    settings = ready.settings
    order = JobOrder.model_validate_json(job.job.metadata)
    tokens = RoleTokens(settings.keys_dir)
    source = f"worker:{settings.worker.name}:{job.job.id}"
    url = settings.api.internal_url
    facts = FactSender(url, tokens, "worker", source, settings.spool_dir)
    async with ControlPlane(url, tokens, source, settings.state_dir / "cache" / "profiles") as plane:
        await facts.start()
        try:
            await _Call(job, ready, order, facts, plane).run()
        finally:
            await facts.close()
            job.shutdown("the call is over")


class _Call:
    """Does side by side what can be: meanwhile the caller hears it ring."""

    def __init__(self, job: JobContext, ready: Ready, order: JobOrder, facts: FactSender, plane: ControlPlane) -> None:
        self._job = job
        self._ready = ready
        self._order = order
        self._facts = facts
        self._plane = plane
        self._tasks = TaskSet()
        self._collector = DigitCollector()
        self._expected = Expected()
        self._consent: ConsentTalk | None = None
        self._phrase_ears: Ears | None = None
        self._mouth = catalog.mouth(ready.settings.speech)
        self._audio = CallAudio(job.room, sample_rate=self._mouth.sample_rate)
        self._began = time.monotonic()
        self._steps_ms: dict[str, int] = {}
        self._commands = AgentCommands(job.room)
        self._lag = LoopLag(every_s=LAG_EVERY_S)

    def _step(self, name: str) -> None:
        self._steps_ms[name] = round((time.monotonic() - self._began) * 1000)

    async def run(self) -> None:
        preparing = asyncio.ensure_future(self._prepare(self._order.agent_id))
        try:
            if self._order.attempt_id:  # who is in the room counts as ready: somebody is called then
                self._phrase_ears = await asyncio.to_thread(catalog.phrase_ears, self._ready.settings.speech)
                await preparing
            await self._job.connect(auto_subscribe=lk_agents.AutoSubscribe.AUDIO_ONLY)
            only_its_room(self._job.room)
            self._step("connected")
            within_s = CALLED_WITHIN_S if self._order.attempt_id else CALLER_WITHIN_S
            caller = await find_caller(self._job.room, within_s=within_s)
            known = await self._let_in(caller)
            self._tasks.start(self._audio.start(), name="agent:publish")
            self._tasks.start(self._lag.run(), name="agent:lag")
            self._audio.subscribed.add_done_callback(lambda _: self._step("subscribed"))
            wanted = known.attributes.get(AGENT_ID) or self._order.agent_id
            if wanted != self._order.agent_id:  # who the caller is sent to, in place of the rule's
                preparing.cancel()
                preparing = asyncio.ensure_future(self._prepare(wanted))
            await self._talk(caller, known, preparing)
        except TurnedAway:
            await self._job.delete_room()
        finally:
            preparing.cancel()
            await self._tasks.close()
            await self._audio.aclose()

    async def _let_in(self, caller: rtc.RemoteParticipant) -> LetIn:
        """Raises TurnedAway."""
        if not comes_unasked(caller):
            return LetIn(caller.attributes.get(CALL_ID) or self._order.call_id, caller.attributes)
        return await let_in(self._plane, self._facts, caller, self._job.room.name)

    async def _prepare(self, agent_id: str) -> Prepared:
        profile, past, attempt = await asyncio.gather(self._plane.profile(agent_id), self._past(), self._attempt())
        if attempt is not None:
            profile = attempt.profile(profile)
        if isinstance(self._mouth, EmbeddedMouth):
            said = (*profile.dialogue, *profile.transfers, *profile.captures, *profile.tools)
            own = (attempt.opening, attempt.voicemail.message) if attempt else ()
            words = [profile.greeting, profile.fallback_say, profile.silence_say, *(entry.say for entry in said), *own]
            words += words_of(profile.flows)
            self._mouth.require([text for text in words if text])
        ways = await Ways.open(profile, self._ready.settings, self._plane.agent_secrets)
        return Prepared(profile, past, self._session(profile), ways, attempt)

    async def _attempt(self) -> Attempt | None:
        return await self._plane.attempt(self._order.attempt_id) if self._order.attempt_id else None

    async def _past(self) -> Past:
        if self._order.resume and self._order.call_id:
            return await self._plane.conversation(self._order.call_id)
        return Past(call_id=self._order.call_id)

    def _session(self, profile: AgentProfile) -> AgentSession[None]:
        speech, detector = self._ready.settings.speech, self._ready.detector
        hears = isinstance(brain := catalog.brain(speech, profile), VoiceBrain)
        session: AgentSession[None] = AgentSession(
            stt=catalog.ears(
                speech,
                self._ready.speech,
                catalog.phrases_of(profile),
                detector,
                lambda: self._expected.digits(lambda: self._collector.expected),
                lambda: self._expected.yes_or_no or (self._consent is not None and self._consent.asking),
            ),
            vad=WordedVAD(detector),
            llm=brain,
            tts=self._mouth if hears else by_sentences(self._mouth),
            turn_handling=turn_handling(profile, lambda: self._collector.expected, self._expected.is_whole, not hears),
            conn_options=SessionConnectOptions(max_unrecoverable_errors=ERRORS_BORNE),
            tts_text_transforms=None if hears else NOT_GIVEN,  # they would part words from the sound that they have
            aec_warmup_duration=None,  # the telephone cancels its echo; barge-in works from the first word
            user_away_timeout=None,
            session_close_transcript_timeout=LAST_WORDS_WITHIN_S,
        )
        session.output.audio = self._audio
        session.output.transcription = self._audio.spoken
        return session

    def _open(
        self, conversation: Conversation, prepared: Prepared, line: CallerLine, reporter: CallReporter, first: str
    ) -> None:
        """The first words, whoever is to hear them."""
        attempt = prepared.attempt
        if self._order.resume or attempt is None or not attempt.detects_machine:
            go_on, greet = conversation.go_on, conversation.greet
            opening = go_on(prepared.past) if self._order.resume else greet(self._mouth, first)
            self._tasks.start(opening, name="agent:opening")
            return
        answering = Answering(
            attempt, self._job.room, line, prepared.session, reporter, conversation.hang_up, self._phrase_ears
        )
        opening = self._tasks.start(
            conversation.greet(self._mouth, first, after=answering.person), name="agent:opening"
        )
        self._tasks.start(answering.run(opening), name="agent:answering")

    def _consult(self, asked: Brief) -> Consult:
        """With ears of its own, whose phrases are others."""
        own = replace(self._ready.speech, decoder=None)
        ears = functools.partial(
            catalog.ears, self._ready.settings.speech, own, LISTENED_FOR, self._ready.detector, lambda: 0
        )
        return Consult(self._job.room, asked.human, ears, self._mouth, detects_machine=asked.detects_machine)

    async def _talk(self, caller: rtc.RemoteParticipant, known: LetIn, preparing: asyncio.Future[Prepared]) -> None:
        room = self._job.room
        line = CallerLine(room, caller)
        keypad = Keypad(room, caller, self._collector)
        call_id = known.call_id
        structlog.contextvars.bind_contextvars(call_id=call_id)
        reporter = CallReporter(self._facts, call_id, caller)
        numbers = reporter.numbers = SpokenNumbers(reporter.numbers_spoken, lambda: self._collector.expected)
        line.start()
        self._audio.on_pause = lambda: self._tasks.start(line.hush(), name="agent:hush")
        reporter.joined(room.local_participant.identity, resumed=self._order.resume)
        for hosts in hosts_of(self._ready.settings.speech):
            reporter.providers(*hosts)
        self._step("caller")
        prepared = await preparing
        self._step("prepared")
        profile = for_caller(prepared.profile, known.attributes)
        if isinstance(prepared.session.llm, ScriptedBrain):
            prepared.session.llm.speak_from(profile)
        ask = functools.partial(self._plane.transfer, call_id)
        about = caution(known.attributes)
        self._consent = consent = ConsentTalk(
            prepared.session, self._mouth, line, keypad, reporter, plan_of(known.attributes)
        )
        conversation = Conversation(
            self._job, line, keypad, reporter, prepared.session, profile, ask, consent, numbers, about, prepared.attempt
        )
        conversation.bring_tools(prepared.ways)
        servers = self._ready.settings.agents.mcp_servers
        reporter.tool_hosts = {one.name: host_of(one, servers) for one in profile.tools}
        conversation.expected = self._expected
        conversation.other_model = catalog.other_brain(self._ready.settings.speech)
        conversation.heed_captures(CaptureTalk(room, caller, call_id, prepared.session, keypad, self._plane))
        reporter.follow(prepared.session)
        door = AgentDoor(RoleTokens(self._ready.settings.keys_dir), call_id)
        standing = functools.partial(self._plane.conversation_now, call_id)
        handover = Handover(self._commands, door, conversation.transfers, reporter, self._consult, standing)
        try:
            await conversation.start(prepared.past)
            self._step("listening")
            self._open(conversation, prepared, line, reporter, known.attributes.get(CAPTURE_FIRST, ""))
            handover.start()
            await first_of(line.left, handover.left)
            late = {"typical": round(self._lag.typical_ms), "worst": round(self._lag.worst_ms)}
            _log.info("call_left", setup_ms=self._steps_ms, late_ms=late, to_human=handover.left.is_set())
        finally:
            await handover.close()
            await conversation.close()
            await prepared.session.aclose()
            if isinstance(prepared.session.llm, VoiceBrain):
                await prepared.session.llm.aclose()
            await prepared.ways.close()
            await reporter.close()
            await line.close()
