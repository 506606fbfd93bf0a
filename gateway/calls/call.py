"""The Call: what a decider needs to know of it, folded from its events. Pure.

    ringing ──a──► active ──b──► ended        a  LegAnswered: the 200 OK left
        └──────────c──────────────►           b, c  CallEnded: the first fact that ends it

A call opens with the first fact that names it, whichever that is; it ends once.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from compliance.consent.plan import DisclosurePlan
from gateway.calls.admission import LegPolicy
from gateway.calls.capture import CaptureState
from gateway.calls.capture import with_event as with_capture
from gateway.calls.capture_facts import OfCapture
from gateway.calls.consent import ConsentState, consent_after
from gateway.calls.consent_facts import DisclosurePlayed, OfConsent
from gateway.calls.dial_facts import OfDial
from gateway.calls.dial_state import DialState, with_dial_fact
from gateway.calls.events import (
    AgentDispatched,
    AgentGivenUp,
    CallEnded,
    Event,
    RecordingOrdered,
    RecordingWithheld,
    Termination,
)
from gateway.calls.facts import (
    AgentJoined,
    AgentLost,
    DialProgress,
    DialSent,
    HangupAsked,
    InviteReceived,
    InviteRefused,
    LegAnswered,
    LegJoined,
    Party,
    Strict,
)
from gateway.calls.own_facts import AdmissionDecided, RouteFound
from gateway.calls.recording import RecordingState, with_event
from gateway.calls.recording_facts import OfRecording
from gateway.calls.supervisor_facts import OfSupervisor
from gateway.calls.supervisors import Supervisor, with_presence
from gateway.calls.transfer_facts import HumanLeft, TransferBegan, TransferJoined, TransferSettled

_GONE_KEPT = 16


class CallStatus(StrEnum):
    RINGING = "ringing"
    ACTIVE = "active"
    ENDED = "ended"


class CallPii(Strict):
    """The personal part; LiveKit's room and identity names carry the caller's number."""

    ani: str = ""
    dnis: str = ""
    source_address: str = ""
    room: str = ""
    leg_identity: str = ""


class HangupOrder(Strict):
    asked_by: Party
    reason: str
    at: datetime


class Call(Strict):
    """Folded state. `attempts` counts the dispatches of the present absence of an agent, LiveKit's own included."""

    id: str
    status: CallStatus = CallStatus.RINGING
    direction: Literal["inbound", "outbound"] = "inbound"
    sip_call_id: str = ""
    node: str = ""
    livekit_trunk_id: str = ""
    trunk_id: str = ""
    number_id: str = ""
    rule_id: str = ""
    agent_id: str = ""
    policy: LegPolicy = LegPolicy()
    asked_by: str = Field(default="", description="outbound: who wanted the call")
    created_at: datetime
    rang_at: datetime | None = Field(default=None, description="outbound: the far end's phone rings")
    joined_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent_identity: str = Field(default="", description="the agent in the room now")
    agents_so_far: int = 0
    agent_heard: bool = Field(default=False, description="the leg was answered because an agent spoke")
    gone_agents: tuple[str, ...] = ()
    agent_gone_since: datetime | None = Field(default=None, description="None while one is there or none is due")
    caller_trust: str = Field(default="", description="how the caller stands: A, B, C, failed, unsigned, unchecked")
    caller_label: str = Field(default="", description="a sentence about that, where the terms want it seen")
    attempts: int = 0
    dispatched_at: datetime | None = Field(default=None, description="our last dispatch in this absence")
    given_up_at: datetime | None = None
    transfer: str = Field(default="", description="xfer_… of the one that is under way")
    human: str = Field(default="", description="xfer_… of the human that the caller is with, in place of an agent")
    supervisors: tuple[Supervisor, ...] = ()
    capture: CaptureState = CaptureState()
    recording: RecordingState = RecordingState()
    disclosure: DisclosurePlan | None = Field(default=None, description="what the caller is to be told and asked")
    consent: ConsentState = ConsentState()
    dial: DialState = DialState()
    hangup: HangupOrder | None = None
    termination: Termination | None = None
    erased_at: datetime | None = None  # from then on nothing personal is stored of it
    pii: CallPii = CallPii()

    @property
    def room(self) -> str:
        return self.pii.room

    @property
    def recording_allowed(self) -> bool:
        return self.consent.standing == "given"

    @property
    def leg_identity(self) -> str:
        return self.pii.leg_identity

    @property
    def ended(self) -> bool:
        return self.termination is not None


def evolve(call: Call | None, event: Event) -> Call:
    """The call after `event`; the first event makes it."""
    before = call or Call(id=event.call_id, created_at=event.at)
    return before.model_copy(update=_changes(before, event))


def _changes(call: Call, event: Event) -> dict[str, object]:
    match event.what:
        case InviteReceived() | AdmissionDecided() | InviteRefused() as invite:
            return _invited(call, invite)
        case DialSent(sip_call_id=sip_call_id):
            return {"sip_call_id": sip_call_id}
        case DialProgress(sip_code=180 | 183) if call.rang_at is None:
            return {"rang_at": event.at}
        case RouteFound() as route:
            found = {"trunk_id": route.trunk_id, "number_id": route.number_id}
            return found | _rule(call, route.rule_id, route.agent_id)
        case LegJoined() as leg if not event.repeated:
            return _joined(call, leg)
        case LegAnswered() as answer if call.answered_at is None:
            return _answered(call, answer)
        case AgentJoined(identity=identity) if not event.repeated and not event.late:
            return _agent_came(call, identity)
        case AgentLost() as lost if not event.repeated and not event.late:
            return _agent_went(call, lost)
        case AgentDispatched(attempt=attempt):
            return {"attempts": attempt, "dispatched_at": event.at}
        case AgentGivenUp():
            return {"given_up_at": event.at}
        case HangupAsked() as asked:
            return {"hangup": _first_order(call, asked)}
        case TransferBegan() | TransferJoined() | TransferSettled() | HumanLeft() as transfer if not (
            event.late or event.repeated
        ):
            return _transferred(call, transfer)
        case CallEnded(termination=termination):
            capture = with_capture(call.capture, event)
            return {"termination": termination, "status": CallStatus.ENDED, "ended_at": event.at, "capture": capture}
        case OfSupervisor() as presence if not (event.late or event.repeated):
            return {"supervisors": with_presence(call.supervisors, presence)}
        case OfCapture() if not (event.late or event.repeated):
            return {"capture": with_capture(call.capture, event)}
        case DisclosurePlayed() | OfConsent() if not (event.late or event.repeated):
            return {"consent": consent_after(call.consent, call.disclosure, event)}
        case OfDial() if not event.repeated:
            return {"dial": with_dial_fact(call.dial, event.what)}
        case RecordingOrdered() | RecordingWithheld() | OfRecording():
            return {"recording": with_event(call.recording, event)}
        case _:
            return {}


def _invited(call: Call, invite: InviteReceived | AdmissionDecided | InviteRefused) -> dict[str, object]:
    changes: dict[str, object] = {
        "direction": invite.direction,
        "sip_call_id": invite.sip_call_id,
        "node": invite.node or call.node,
        "created_at": min(call.created_at, invite.at),
        "pii": call.pii.model_copy(update={k: v for k, v in invite.pii.model_dump().items() if v}),
    }
    if isinstance(invite, InviteReceived):
        changes["asked_by"] = invite.asked_by or call.asked_by
    if not isinstance(invite, InviteRefused):
        changes["livekit_trunk_id"] = invite.livekit_trunk_id or call.livekit_trunk_id
    if isinstance(invite, AdmissionDecided):
        changes |= {"trunk_id": invite.trunk_id, "number_id": invite.number_id, "policy": invite.verdict.policy}
        changes["disclosure"] = invite.verdict.disclosure
        changes |= _rule(call, invite.rule_id, invite.agent_id) | _trust(invite)
    return changes


def _trust(admission: AdmissionDecided) -> dict[str, object]:
    found = admission.verdict.caller_trust
    if found is None:
        return {}
    standing, label = found.standing if found.by != "nobody" else "", found.reason if found.follows == "label" else ""
    return {"caller_trust": standing, "caller_label": label}


def _rule(call: Call, rule_id: str, agent_id: str) -> dict[str, object]:
    return {"rule_id": rule_id or call.rule_id, "agent_id": agent_id or call.agent_id}


def _joined(call: Call, leg: LegJoined) -> dict[str, object]:
    identity = leg.pii.get("identity", "")
    changes: dict[str, object] = {
        "joined_at": leg.at,
        "pii": call.pii.model_copy(update={"room": leg.room, "leg_identity": identity}),
    }
    due = call.direction == "inbound"  # a call out is made from a room where whoever wants it is already
    if due and not (call.agent_identity or call.agent_heard or call.ended):
        changes |= {"agent_gone_since": leg.at, "attempts": max(call.attempts, 1)}
    return changes


def _answered(call: Call, answer: LegAnswered) -> dict[str, object]:
    changes: dict[str, object] = {"answered_at": answer.at}
    if not call.ended:
        changes["status"] = CallStatus.ACTIVE
    if "agent_audio" in answer.setup_ms:
        changes["agent_heard"] = True
        if not call.gone_agents:  # it is there, though it has not told us yet
            changes["agent_gone_since"] = None
    return changes


def _agent_came(call: Call, identity: str) -> dict[str, object]:
    return {
        "agent_identity": identity,
        "agents_so_far": call.agents_so_far + 1,
        "agent_gone_since": None,
        "attempts": 0,
        "dispatched_at": None,
        "given_up_at": None,
    }


def _agent_went(call: Call, lost: AgentLost) -> dict[str, object]:
    return {
        "agent_identity": "",
        "agents_so_far": max(call.agents_so_far, 1),
        "gone_agents": (*call.gone_agents, lost.identity)[-_GONE_KEPT:],
        "agent_gone_since": lost.at if call.direction == "inbound" and not call.human else None,
        "attempts": 0,
        "dispatched_at": None,
        "given_up_at": None,
    }


def _transferred(call: Call, fact: TransferBegan | TransferJoined | TransferSettled | HumanLeft) -> dict[str, object]:
    match fact:
        case TransferBegan(transfer_id=transfer):
            return {"transfer": call.transfer or transfer}
        case TransferJoined(transfer_id=transfer):
            return {"human": transfer, "agent_gone_since": None}
        case TransferSettled(transfer_id=transfer, by=by):
            if call.transfer != transfer:
                return {}
            due = by == "bridge" and not call.human and (call.agent_gone_since is None or call.given_up_at is not None)
            return {"transfer": ""} | (_agent_is_due(call, fact.at) if due else {})
        case HumanLeft(transfer_id=transfer) if call.human and transfer != call.human:
            return {}
        case HumanLeft(handed_back=True):
            return {"human": ""} | _agent_is_due(call, fact.at)
        case HumanLeft() if call.transfer:  # whoever comes next is on the way
            return {"human": ""}
        case HumanLeft(by=party):
            order = call.hangup or HangupOrder(asked_by=party, reason="completed", at=fact.at)
            return {"human": "", "hangup": order}


def _agent_is_due(call: Call, now: datetime) -> dict[str, object]:
    gone = None if call.agent_identity or call.direction == "outbound" else now
    return {"agent_gone_since": gone, "attempts": 0, "dispatched_at": None, "given_up_at": None}


def _first_order(call: Call, asked: HangupAsked) -> HangupOrder:
    """The first one names who ended the call; a later one only counts as asking again."""
    if call.hangup is None:
        return HangupOrder(asked_by=asked.asked_by, reason=asked.reason, at=asked.at)
    return call.hangup.model_copy(update={"at": max(call.hangup.at, asked.at)})
