"""One match over facts: what a fact means for a call. Pure; accepts facts in any order.

A fact may come before the one that opens the call, twice, from two sources, or after the end; none of
that is an error. The first termination stands, what is reported afterwards is recorded as late.
"""

from __future__ import annotations

from gateway.calls import recording, watchdog
from gateway.calls.call import Call, evolve
from gateway.calls.capture import on_capture
from gateway.calls.capture_facts import OfCapture
from gateway.calls.consent import on_consent
from gateway.calls.consent_facts import OfConsent
from gateway.calls.decision import Decision
from gateway.calls.effects import CloseRoom, Effect, RemoveParticipant
from gateway.calls.events import CallEnded, caused, recorded
from gateway.calls.facts import (
    AgentJoined,
    AgentLost,
    AgentMissing,
    CallLost,
    DialFailed,
    HangupAsked,
    InviteRefused,
    LegJoined,
    LegLeft,
    NumbersSpoken,
)
from gateway.calls.own_facts import AdmissionDecided, RecordedFact
from gateway.calls.recording_facts import OfRecording, RecordingAsked
from gateway.calls.supervisor_facts import OfSupervisor
from gateway.calls.supervisors import on_presence
from gateway.calls.termination import Ending, termination_of
from gateway.calls.transfer_facts import HumanLeft, TransferSettled


def decide(call: Call | None, fact: RecordedFact) -> Decision:
    """Events to record and effects to carry out for `fact`; `call` is None when nobody named it before."""
    if call is None:
        call = Call(id=fact.call_id, created_at=fact.at)
    if call.ended:
        return _after_the_end(call, fact)
    match fact:
        case LegLeft() | DialFailed() | InviteRefused() | CallLost() | AdmissionDecided():
            return _perhaps_ending(call, fact)
        case LegJoined():
            return _on_leg_joined(call, fact)
        case AgentJoined():
            return watchdog.on_agent_joined(call, fact)
        case AgentMissing():
            return watchdog.on_agent_missing(call, fact)
        case AgentLost():
            return watchdog.on_agent_lost(call, fact)
        case HangupAsked():
            return _on_hangup_asked(call, fact)
        case OfSupervisor():
            return on_presence(call.supervisors, call.room, fact)
        case OfCapture():
            return on_capture(call, fact)
        case OfConsent():
            return on_consent(call, fact)
        case NumbersSpoken():
            return Decision((recorded(fact),), recording.silence(call, fact))
        case RecordingAsked():
            return recording.on_asked(call, fact)
        case OfRecording():
            return recording.on_reported(call, fact)
        case HumanLeft():
            return watchdog.on_human_left(call, fact)
        case TransferSettled():
            return watchdog.on_transfer_settled(call, fact)
        case _:
            return Decision((recorded(fact),))


def apply(call: Call | None, decision: Decision) -> Call | None:
    """`call` after the events of `decision`."""
    for event in decision.events:
        call = evolve(call, event)
    return call


def _perhaps_ending(call: Call, fact: Ending) -> Decision:
    termination = termination_of(call, fact)
    if termination is None:
        return Decision((recorded(fact),))
    events = (recorded(fact), caused(fact, CallEnded(termination=termination)))
    return Decision(events, _close(call))


def _close(call: Call) -> tuple[Effect, ...]:
    """The room of a call out is somebody else's: it was there before, and may be needed for the next call."""
    if call.direction == "outbound":
        return ()
    return (CloseRoom(room=call.room, leaving=call.pii.leg_identity),) if call.room else ()


def _after_the_end(call: Call, fact: RecordedFact) -> Decision:
    """Kept as late, but for what comes after every call. Whoever turns up in the room of a dead call is sent home."""
    effects: tuple[Effect, ...] = ()
    if isinstance(fact, LegJoined) and call.direction == "outbound":
        identity = fact.pii.get("identity", "")
        effects = (RemoveParticipant(room=fact.room, identity=identity),) if identity else ()
    elif isinstance(fact, LegJoined):
        effects = (CloseRoom(room=fact.room, leaving=fact.pii.get("identity", "")),)
    elif isinstance(fact, AgentJoined):
        effects = _close(call)
    elif isinstance(fact, NumbersSpoken):
        effects = recording.silence(call, fact)
    late = not isinstance(fact, OfRecording)  # a file is closed, and made ready, when the call is over
    return Decision((recorded(fact, late=late),), effects)


def _on_leg_joined(call: Call, fact: LegJoined) -> Decision:
    identity = fact.pii.get("identity", "")
    event = recorded(fact, repeated=call.joined_at is not None)
    if call.hangup is None or call.hangup.asked_by == "agent" or not identity:
        return Decision((event,))
    return Decision((event,), (RemoveParticipant(room=fact.room, identity=identity),))


def _on_hangup_asked(call: Call, fact: HangupAsked) -> Decision:
    """The agent ends its call itself once it has spoken; for anybody else we take the leg out."""
    if call.hangup is not None and fact.asked_by == "agent":
        return Decision((recorded(fact, repeated=True),))
    if fact.asked_by == "agent" or not (call.room and call.pii.leg_identity):
        return Decision((recorded(fact),))
    return Decision((recorded(fact),), (RemoveParticipant(room=call.room, identity=call.pii.leg_identity),))
