"""The capture of a call, as its record tells; and what its beginning and its end mean for the recording. Pure.

none ──► asked ──► running ──► over        asked ──► over: the phone's node did not take it

A capture that was asked for and never began does not stand in the way of the next: `is_under_way` says how long it may.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import Field

from compliance.capture.spec import Kind
from gateway.calls import recording
from gateway.calls.capture_facts import (
    CaptureAsked,
    CaptureBegan,
    CaptureEnded,
    CaptureProgress,
    OfCapture,
    Outcome,
)
from gateway.calls.decision import Decision
from gateway.calls.events import CallEnded, Event, recorded
from gateway.calls.facts import Strict
from gateway.calls.signed_commands import LIFETIME

HOLDS_RECORDING = "capture"
_GRACE = LIFETIME + timedelta(seconds=5)


class Captured(recording.Recordable, Protocol):
    """A `gateway.calls.call.Call`."""

    @property
    def capture(self) -> CaptureState: ...


class CaptureState(Strict):
    """The latest capture of a call. What was keyed in is nowhere; token and last four are in the log's `pii`."""

    id: str = ""
    state: Literal["none", "asked", "running", "over"] = "none"
    since: datetime | None = None
    talk: bool = False
    fields: tuple[Kind, ...] = ()
    field: Kind | None = None
    keys: int = 0
    of: int | None = None
    outcome: Outcome | None = None
    problem: str = ""
    brand: str = ""
    name: str = Field(default="", description="what the agent's profile calls it")

    def is_under_way(self, now: datetime) -> bool:
        if self.state == "asked":
            return self.since is None or now - self.since < _GRACE
        return self.state == "running"


def with_event(now: CaptureState, event: Event) -> CaptureState:
    """The state after an event; what tells of another capture than the latest changes nothing."""
    what = event.what
    if isinstance(what, CaptureAsked):
        kinds: tuple[Kind, ...] = tuple(one.kind for one in what.spec.fields)
        return CaptureState(
            id=what.capture_id, state="asked", since=event.at, talk=what.spec.talk, fields=kinds, name=what.name
        )
    if isinstance(what, CallEnded):
        return now.model_copy(update=_cut_off(now, event.at))
    if not isinstance(what, OfCapture) or what.capture_id != now.id or now.state == "over":
        return now
    match what:
        case CaptureBegan(fields=fields):
            changes: dict[str, object] = {"state": "running", "since": event.at, "fields": fields}
        case CaptureProgress(field=field, keys=keys, of=of):
            changes = {"field": field, "keys": keys, "of": of}
        case CaptureEnded(outcome=outcome, problem=problem, brand=brand):
            changes = {"state": "over", "since": event.at, "outcome": outcome, "problem": problem, "brand": brand}
        case _:
            changes = {}
    return now.model_copy(update=changes)


def _cut_off(now: CaptureState, at: datetime) -> dict[str, object]:
    """Its node would have told the end before that of the call; one that died tells nothing."""
    if now.state not in ("asked", "running"):
        return {}
    return {"state": "over", "since": at, "outcome": "hung_up"}


def on_capture(call: Captured, fact: OfCapture) -> Decision:
    """An end is told once; the first stands. The recording rests from the request to the end."""
    now = call.capture
    again = isinstance(fact, CaptureEnded) and (fact.capture_id != now.id or now.state == "over")
    event = recorded(fact, repeated=again)  # pyright: ignore[reportArgumentType] - every kind of it is a recorded fact
    more = Decision()
    if isinstance(fact, CaptureAsked) and (call.recording.is_on or call.recording_allowed):
        more = recording.pause(call, fact, HOLDS_RECORDING)
    elif isinstance(fact, CaptureEnded) and not again:
        more = recording.resume(call, fact, HOLDS_RECORDING)
    return Decision((event, *more.events), more.effects)
