"""Facts of one call for tests, and the playbook: facts in, events and effects out, a mismatch as a diff."""

from __future__ import annotations

import difflib
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.calls import facts as f
from gateway.calls import transfer_facts as x
from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.calls.call import Call
from gateway.calls.decide import apply, decide
from gateway.calls.effects import Effect
from gateway.calls.events import CallEnded, Event
from gateway.calls.own_facts import AdmissionDecided, RecordedFact
from gateway.kernel.ids import new_id

T0 = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALL = "call_01kaaaaaaaaaaaaaaaaaaaaaaa"
ROOM = "call-_+15105550111_x"
CALLER = "sip_+15105550111"
AGENT = "agent-AJ_one"
XFER = "xfer_01kaaaaaaaaaaaaaaaaaaaaaaa"
NUMBERS = f.NumbersPii(ani="+15105550111", dnis="+15105550100", source_address="192.0.2.7")


class Facts:
    """Makes facts of one call; `t` is seconds after the INVITE."""

    def __init__(self, call_id: str = CALL) -> None:
        self.call_id = call_id
        self._seq = 0

    def _env(self, t: float, source: str) -> dict[str, Any]:
        self._seq += 1
        at = T0 + timedelta(seconds=t)
        return {"id": new_id("evt"), "call_id": self.call_id, "source": source, "seq": self._seq, "at": at}

    def invite(self, t: float = 0.0, **fields: Any) -> f.InviteReceived:
        given = {"sip_call_id": "abc@phone", "node": "node-1", "livekit_trunk_id": "ST_1", "pii": NUMBERS} | fields
        return f.InviteReceived(**self._env(t, "gateway"), **given)

    def admitted(self, t: float = 0.01, **fields: Any) -> AdmissionDecided:
        given: dict[str, Any] = {
            "sip_call_id": "abc@phone",
            "node": "node-1",
            "livekit_trunk_id": "ST_1",
            "trunk_id": "trk_1",
            "rule_id": "rule_1",
            "agent_id": "agt_1",
            "verdict": AdmissionVerdict(verdict="accept", policy=LegPolicy()),
            "pii": NUMBERS,
        }
        return AdmissionDecided(**self._env(t, "gateway"), **(given | fields))

    def turned_away(self, slug: str, code: int, t: float = 0.01) -> AdmissionDecided:
        verdict = AdmissionVerdict(verdict="reject", slug=slug, sip_code=code, sentence="no")
        return self.admitted(t, verdict=verdict, trunk_id="", rule_id="", agent_id="")

    def refused(self, slug: str, code: int, t: float = 0.1, ended_by: f.Party = "gateway") -> f.InviteRefused:
        return f.InviteRefused(
            **self._env(t, "node:1"), sip_call_id="abc@phone", sip_code=code, slug=slug, ended_by=ended_by, pii=NUMBERS
        )

    def joined(self, t: float = 0.1, source: str = "node:1") -> f.LegJoined:
        return f.LegJoined(**self._env(t, source), leg_id="SCL_1", room=ROOM, pii={"identity": CALLER})

    def answered(self, t: float = 0.2, **setup: float) -> f.LegAnswered:
        return f.LegAnswered(**self._env(t, "node:1"), codec="PCMU", setup_ms=setup or {"answered": 200.0})

    def first_audio(self, t: float = 0.4) -> f.FirstAudio:
        return f.FirstAudio(**self._env(t, "node:1"), after_invite_ms=t * 1000)

    def digit(self, digit: str, t: float = 2.0) -> f.DigitPressed:
        return f.DigitPressed(**self._env(t, "node:1"), pii=f.DigitPii(digit=digit))

    def left(self, t: float = 10.0, ended_by: f.Party = "caller", slug: str = "completed") -> f.LegLeft:
        return f.LegLeft(**self._env(t, "node:1"), ended_by=ended_by, slug=slug)

    def agent(self, t: float = 0.5, identity: str = AGENT, *, resumed: bool = False) -> f.AgentJoined:
        return f.AgentJoined(**self._env(t, "worker:1"), identity=identity, resumed=resumed)

    def missing(self, t: float, waited: float = 3.0) -> f.AgentMissing:
        return f.AgentMissing(**self._env(t, "watchdog"), waited_ms=waited * 1000)

    def lost(self, t: float, identity: str = AGENT, reason: Any = "silent") -> f.AgentLost:
        return f.AgentLost(**self._env(t, "node:1"), identity=identity, reason=reason)

    def hangup(self, t: float, asked_by: f.Party = "agent", reason: str = "completed") -> f.HangupAsked:
        return f.HangupAsked(**self._env(t, "worker:1"), asked_by=asked_by, reason=reason)

    def said(self, speaker: Any, text: str, t: float = 3.0, *, interrupted: bool = False) -> f.Utterance:
        at = T0 + timedelta(seconds=t)
        return f.Utterance(
            **self._env(t + 1, "worker:1"),
            speaker=speaker,
            started_at=at,
            ended_at=at + timedelta(seconds=1),
            interrupted=interrupted,
            pii=f.WordsPii(text=text),
        )

    def turn(self, turn: int, t: float = 4.0, **stages: float) -> f.TurnMeasured:
        return f.TurnMeasured(**self._env(t, "worker:1"), turn=turn, stages=stages)

    def tool(self, name: str, t: float = 4.5) -> f.ToolCalled:
        return f.ToolCalled(**self._env(t, "worker:1"), name=name)

    def fallback(self, t: float = 9.0) -> f.FallbackPlayed:
        return f.FallbackPlayed(**self._env(t, "node:1"), prompt="sorry_call_back")

    def transfer(self, kind: type[x.OfTransfer], t: float, transfer_id: str = XFER, **fields: Any) -> Any:
        return kind(**self._env(t, "gateway"), transfer_id=transfer_id, **fields)

    def began(self, t: float, transfer_id: str = XFER) -> x.TransferBegan:
        waves = ((x.Ring(target_id="tgt_1", ring_s=20),),)
        return self.transfer(
            x.TransferBegan, t, transfer_id, mode="warm", target_id="tgt_1", asked_by="agt_1", waves=waves
        )

    def with_human(self, t: float, transfer_id: str = XFER) -> x.TransferJoined:
        return self.transfer(x.TransferJoined, t, transfer_id, attempt_id=f"{transfer_id}-0-0")

    def human_left(self, t: float, transfer_id: str = XFER, **fields: Any) -> x.HumanLeft:
        return self.transfer(x.HumanLeft, t, transfer_id, **({"by": "human"} | fields))

    def gone(self, t: float, slug: str = "node_lost") -> f.CallLost:
        return f.CallLost(**self._env(t, "sweeper"), slug=slug)


def shown_event(event: Event) -> str:
    marks = "".join([" late" if event.late else "", " repeated" if event.repeated else ""])
    detail = ""
    if isinstance(event.what, CallEnded):
        ended = event.what.termination
        detail = f" {ended.ended_by}:{ended.slug}:{ended.sip_code or '-'}"
    return f"<< {event.what.kind}{detail}{marks}"


def shown_effect(effect: Effect) -> str:
    body = effect.model_dump(exclude={"kind", "room", "leaving"})
    return f"!! {effect.kind}" + "".join(f" {name}={value}" for name, value in body.items())


class Playbook:
    """Plays facts through the decider and keeps the conversation."""

    def __init__(self) -> None:
        self.call: Call | None = None
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.lines: list[str] = []

    def play(self, *facts: RecordedFact) -> Playbook:
        for fact in facts:
            decision = decide(self.call, fact)
            self.call = apply(self.call, decision)
            self.events += decision.events
            self.effects += decision.effects
            self.lines.append(f">> {fact.kind}")
            self.lines += [shown_event(event) for event in decision.events]
            self.lines += [shown_effect(effect) for effect in decision.effects]
        return self

    def expect(self, script: str) -> None:
        wanted = [line.strip() for line in script.strip().splitlines() if line.strip()]
        diff = "\n".join(difflib.unified_diff(wanted, self.lines, "expected", "played", lineterm="", n=100))
        assert wanted == self.lines, "\n" + diff
