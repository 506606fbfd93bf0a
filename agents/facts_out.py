"""What happens in a session, told to the control plane as facts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from livekit import rtc
from livekit.agents import (
    AgentSession,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    llm,
)

from agents.speech.dialogue import KEYPAD
from agents.spoken_numbers import SpokenNumbers
from gateway.calls import dial_facts
from gateway.calls.consent_facts import DisclosurePlayed, OfConsent
from gateway.calls.dial_facts import Answerer
from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import (
    AgentJoined,
    HangupAsked,
    NumbersSpoken,
    ProvidersUsed,
    ToolCalled,
    TurnMeasured,
    Utterance,
)
from gateway.calls.transfer_facts import Answer, AnsweredBy, ConsultAnswered
from gateway.kernel.tasks import TaskSet

LOOK_AGAIN_S = 0.5
MOST_LINES = 64  # that wait for their end
Metrics = llm.MetricsReport
_STAGES = {
    "stt": "transcription_delay",
    "turn_end": "end_of_turn_delay",
    "llm_first_token": "llm_node_ttft",
    "tts_first_audio": "tts_node_ttfb",
    "wire_out": "playback_latency",
    "total": "e2e_latency",
}


def stages_of(caller: Metrics, agent: Metrics, wire_in_ms: float | None) -> dict[str, float]:
    """One turn's stages in ms. `stt` and `turn_end` count from the end of speech, `total` to the first audio."""
    measured: dict[str, object] = {**caller, **agent}
    stages = {
        stage: round(seconds * 1000, 1)
        for stage, key in _STAGES.items()
        if isinstance(seconds := measured.get(key), float)
    }
    return stages if wire_in_ms is None else {"wire_in": round(wire_in_ms, 1), **stages}


class JitterDelay:
    """Mean time that the caller's audio waited in the jitter buffer since the last question, ms."""

    def __init__(self) -> None:
        self._delay_s = 0.0
        self._samples = 0

    async def ask(self, track: rtc.RemoteTrack) -> float | None:
        for stat in await track.get_stats():
            if stat.WhichOneof("stats") == "inbound_rtp":
                inbound = stat.inbound_rtp.inbound
                delay_s = inbound.jitter_buffer_delay - self._delay_s
                samples = inbound.jitter_buffer_emitted_count - self._samples
                self._delay_s, self._samples = inbound.jitter_buffer_delay, inbound.jitter_buffer_emitted_count
                return delay_s / samples * 1000 if samples > 0 else None
        return None


def _time(at: float | None, otherwise: float) -> datetime:
    return datetime.fromtimestamp(at if at is not None else otherwise, UTC)


class CallReporter:
    """Follows one session. Without a call id (a visitor in a browser) there is no record to write."""

    def __init__(self, sender: FactSender, call_id: str, caller: rtc.RemoteParticipant) -> None:
        self._sender = sender
        self._call_id = call_id
        self._caller = caller
        self._jitter = JitterDelay()
        self._wire_in_ms: float | None = None
        self._caller_metrics: Metrics | None = None
        self._turn = 0
        self._tasks = TaskSet()
        self.numbers: SpokenNumbers | None = None
        self.tool_hosts: Mapping[str, str] = {}  # by the tool's name
        self._lines: deque[dict[str, Any]] = deque()  # at most MOST_LINES
        self._later: asyncio.TimerHandle | None = None

    def follow(self, session: AgentSession[None]) -> None:
        session.on("conversation_item_added", self._item_added)
        session.on("function_tools_executed", self._tools_executed)

    def joined(self, identity: str, *, resumed: bool) -> None:
        if self._call_id:
            self._sender.record(AgentJoined, self._call_id, identity=identity, resumed=resumed)

    def providers(self, stt: str, llm: str, tts: str) -> None:
        """Hosts, or "local"."""
        if self._call_id:
            self._sender.record(ProvidersUsed, self._call_id, stt=stt, llm=llm, tts=tts)

    def hangup_asked(self, reason: str) -> None:
        if self._call_id:
            self._sender.record(HangupAsked, self._call_id, asked_by="agent", reason=reason)

    def consent(self, kind: type[DisclosurePlayed | OfConsent], **fields: Any) -> None:
        if self._call_id:
            self._sender.record(kind, self._call_id, **fields)

    def answered_by(self, who: Answerer, after_s: float) -> None:
        """Who answered a call out; `after_s`: since the answer."""
        if self._call_id:
            self._sender.record(dial_facts.AnsweredBy, self._call_id, who=who, after_ms=round(after_s * 1000))

    def disposed(self, disposition: str, callback_at: datetime | None = None) -> None:
        if self._call_id:
            self._sender.record(dial_facts.Disposed, self._call_id, disposition=disposition, callback_at=callback_at)

    def opted_out(self, how: Literal["spoken", "keyed"]) -> None:
        if self._call_id:
            self._sender.record(dial_facts.OptedOut, self._call_id, how=how)

    def consult_answered(self, transfer_id: str, attempt_id: str, answer: Answer, by: AnsweredBy) -> None:
        if self._call_id:
            self._sender.record(
                ConsultAnswered, self._call_id, transfer_id=transfer_id, attempt_id=attempt_id, answer=answer, by=by
            )

    def numbers_spoken(self, begin: datetime, end: datetime) -> None:
        """Between these moments somebody said what nobody may keep."""
        if self._call_id:
            self._sender.record(NumbersSpoken, self._call_id, begin=begin, end=end)

    async def close(self) -> None:
        if self.numbers:
            self.numbers.close()
        self._send_lines(all_of_them=True)
        await self._tasks.close()

    def _item_added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage) or not (text := item.text_content):
            return
        if item.role == "user" and not text.startswith(KEYPAD):
            self._caller_metrics = item.metrics
            self._tasks.start(self._measure_wire(), name="agent:wire-in")
            self._utterance("caller", item, text)
        elif item.role == "assistant":
            self._utterance("agent", item, text)
            self._measured(item.metrics)

    def _utterance(self, speaker: Literal["caller", "agent"], item: llm.ChatMessage, text: str) -> None:
        if not self._call_id:
            return
        started = _time(item.metrics.get("started_speaking_at"), item.created_at)
        ended = _time(item.metrics.get("stopped_speaking_at"), item.created_at)
        if self.numbers and speaker == "agent":  # the caller's words came without numbers
            text = self.numbers.take("agent", text)
        if len(self._lines) == MOST_LINES:  # none is lost for it: digits that stay open so long are no card's
            self._send_lines(all_of_them=True)
        self._lines.append(
            {
                "speaker": speaker,
                "started_at": started,
                "ended_at": max(started, ended),
                "interrupted": item.interrupted,
                "pii": {"text": text},
            }
        )
        self._send_lines()

    def _send_lines(self, *, all_of_them: bool = False) -> None:
        """Those that nothing can change any more; a number may go on in the next line, and on the next."""
        if self._later:
            self._later.cancel()
            self._later = None
        if self.numbers and self.numbers.unsettled and not all_of_them:
            self._later = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._send_lines)
            return
        while self._lines:
            line = self._lines.popleft()
            text = line["pii"]["text"]
            line["pii"] = {"text": self.numbers.corrected(text) if self.numbers else text}
            self._sender.record(Utterance, self._call_id, **line)

    def _measured(self, metrics: Metrics) -> None:
        """The first words after the caller's complete the turn; a tool's answer belongs to no spoken turn."""
        caller, self._caller_metrics = self._caller_metrics, None
        if caller is None or not self._call_id:
            return
        self._turn += 1
        stages = stages_of(caller, metrics, self._wire_in_ms)
        self._sender.record(TurnMeasured, self._call_id, turn=self._turn, stages=stages)

    async def _measure_wire(self) -> None:
        self._wire_in_ms = None
        for publication in self._caller.track_publications.values():
            if publication.track is not None and publication.kind == rtc.TrackKind.KIND_AUDIO:
                self._wire_in_ms = await self._jitter.ask(publication.track)

    def _tools_executed(self, event: FunctionToolsExecutedEvent) -> None:
        for call, output in event.zipped():
            if self._call_id:
                ok = output is not None and not output.is_error
                host = self.tool_hosts.get(call.name, "")
                self._sender.record(ToolCalled, self._call_id, name=call.name, ok=ok, host=host)
