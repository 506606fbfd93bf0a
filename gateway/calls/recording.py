"""Whether and how a call is recorded, as its record tells; and what follows for the recorder. Pure.

off ──► starting ──► recording ◄──► paused        from each of the last three ──► stopping ──► stopped
            ▲             │ the recorder is lost     and ──► failed
            └─────────────┘ at most `MOST_STARTS` times

`start`, `pause`, `resume`, `stop`, `trim` are for any decider: each answers what to add to its own decision, and
nothing where there is nothing to do. Several may hold a recording at a time (an operator, a capture of digits); it goes
on when nobody holds it any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from gateway.calls.decision import Decision
from gateway.calls.effects import (
    Effect,
    PauseRecording,
    ResumeRecording,
    SilenceRecording,
    StartRecording,
    StopRecording,
    TrimRecording,
)
from gateway.calls.events import Event, RecordingOrdered, RecordingWithheld, caused, recorded
from gateway.calls.facts import NumbersSpoken, Strict
from gateway.calls.own_facts import RecordedFact
from gateway.calls.recording_facts import (
    OfRecording,
    RecordingAsked,
    RecordingFailed,
    RecordingNotStarted,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)

MOST_STARTS = 10  # of one call
OPERATOR = "operator"
State = Literal["off", "starting", "recording", "paused", "stopping", "stopped", "failed"]
_ON = ("starting", "recording", "paused")
_WRITING = ("recording", "paused")


class RecordingState(Strict):
    """`held_by`: who wants it paused. `id` is that of the latest part; a lost recorder's successor begins another."""

    state: State = "off"
    id: str = ""
    since: datetime | None = None
    held_by: tuple[str, ...] = ()
    starts: int = 0
    withheld: str = Field(default="", description="why there is none, where that was decided")

    @property
    def is_on(self) -> bool:
        return self.state in _ON


class Recordable(Protocol):
    """A `gateway.calls.call.Call`."""

    @property
    def room(self) -> str: ...
    @property
    def leg_identity(self) -> str: ...
    @property
    def recording(self) -> RecordingState: ...
    @property
    def recording_allowed(self) -> bool: ...


def start(call: Recordable, fact: RecordedFact) -> Decision:
    now = call.recording
    if now.is_on or not call.room or now.starts >= MOST_STARTS:
        return Decision()
    effect = StartRecording(room=call.room, caller=call.leg_identity, paused=bool(now.held_by), continues=now.id)
    return _ordered(fact, RecordingOrdered(do="start"), effect)


def withhold(fact: RecordedFact, reason: str) -> Decision:
    """`reason`: a slug, such as consent_refused."""
    return Decision((caused(fact, RecordingWithheld(reason=reason)),))


def pause(call: Recordable, fact: RecordedFact, by: str) -> Decision:
    """Also before it has begun: then it begins with silence."""
    if by in call.recording.held_by:
        return Decision()
    first = call.recording.is_on and not call.recording.held_by
    return _ordered(fact, RecordingOrdered(do="pause", by=by), *((PauseRecording(),) if first else ()))


def resume(call: Recordable, fact: RecordedFact, by: str) -> Decision:
    if by not in call.recording.held_by:
        return Decision()
    last = call.recording.is_on and call.recording.held_by == (by,)
    return _ordered(fact, RecordingOrdered(do="resume", by=by), *((ResumeRecording(),) if last else ()))


def stop(call: Recordable, fact: RecordedFact) -> Decision:
    if not call.recording.is_on:
        return Decision()
    return _ordered(fact, RecordingOrdered(do="stop"), StopRecording())


def trim(call: Recordable, fact: RecordedFact, from_ms: int = 0) -> Decision:
    """Forgets what was recorded from there to this moment, in the part that is being written and those before it."""
    if not call.recording.starts:
        return Decision()
    return _ordered(fact, RecordingOrdered(do="trim"), TrimRecording(from_ms=from_ms))


def silence(call: Recordable, spoken: NumbersSpoken) -> tuple[Effect, ...]:
    """Also when it has ended: it cannot be played before it is silent there."""
    return (SilenceRecording(begin=spoken.begin, end=spoken.end),) if call.recording.starts else ()


def on_asked(call: Recordable, asked: RecordingAsked) -> Decision:
    match asked.do:
        case "start" if not call.recording_allowed:
            more = withhold(asked, "consent_not_given")
        case "start":
            more = start(call, asked)
        case "pause":
            more = pause(call, asked, OPERATOR)
        case "resume":
            more = resume(call, asked, OPERATOR)
        case "stop":
            more = stop(call, asked)
    return Decision((recorded(asked), *more.events), more.effects)


def on_reported(call: Recordable, fact: OfRecording) -> Decision:
    """One that was lost is begun again, as long as it is wanted."""
    now = call.recording
    kept = recorded(fact)  # pyright: ignore[reportArgumentType] - every kind of it is a recorded fact
    lost = isinstance(fact, RecordingFailed) or (
        isinstance(fact, RecordingStopped) and fact.reason in ("recorder_ended", "left_room")
    )
    if not (lost and now.state in _WRITING and fact.recording_id == now.id and call.recording_allowed):
        return Decision((kept,))
    again = call_after(call, kept)
    more = start(again, kept.what)  # pyright: ignore[reportArgumentType]
    return Decision((kept, *more.events), more.effects)


class _After:
    def __init__(self, call: Recordable, state: RecordingState) -> None:
        self.room, self.leg_identity, self.recording_allowed = call.room, call.leg_identity, call.recording_allowed
        self.recording = state


def call_after(call: Recordable, event: Event) -> Recordable:
    return _After(call, with_event(call.recording, event))


def with_event(now: RecordingState, event: Event) -> RecordingState:
    """The state after an event about the recording."""
    match event.what:
        case RecordingOrdered() as ordered:
            changes = _of_order(now, ordered)
        case RecordingWithheld(reason=reason):
            changes = {"withheld": reason}
        case OfRecording() as fact:
            changes = _of_report(now, fact)
        case _:
            return now
    return now.model_copy(update=changes | ({"since": event.at} if "state" in changes else {}))


def _of_order(now: RecordingState, ordered: RecordingOrdered) -> dict[str, object]:
    match ordered.do:
        case "start":
            return {"state": "starting", "starts": now.starts + 1, "withheld": ""}
        case "pause":
            return {"held_by": (*now.held_by, ordered.by)}
        case "resume":
            return {"held_by": tuple(one for one in now.held_by if one != ordered.by)}
        case "stop":
            return {"state": "stopping"}
        case "trim":
            return {}


def _of_report(now: RecordingState, fact: OfRecording) -> dict[str, object]:
    match fact:
        case RecordingStarted(recording_id=new, paused=paused) if now.state == "starting":
            return {"state": "paused" if paused else "recording", "id": new}
        case RecordingPaused() if fact.recording_id == now.id and now.state == "recording":
            return {"state": "paused"}
        case RecordingResumed() if fact.recording_id == now.id and now.state == "paused":
            return {"state": "recording"}
        case RecordingStopped() if fact.recording_id == now.id and now.state != "starting":
            return {"state": "stopped"}
        case RecordingFailed() if fact.recording_id == now.id and now.state != "starting":
            return {"state": "failed"}
        case RecordingNotStarted():
            return {"withheld": fact.reason}
        case _:
            return {}


def _ordered(fact: RecordedFact, ordered: RecordingOrdered, *effects: Effect) -> Decision:
    return Decision((caused(fact, ordered),), effects)
