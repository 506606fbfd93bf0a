"""Which events of a call's log are told to receivers, and what is said of them. Pure.

    {"type": "call.ended", "timestamp": "2026-11-20T09:00:10Z", "data": {"call_id": …, "seq": 7, …}}

Ids, times and outcomes only: no number, no digit, no word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from gateway.calls import capture_facts as c
from gateway.calls import facts as f
from gateway.calls import recording_facts as r
from gateway.calls import transfer_facts as x
from gateway.calls.call import Call
from gateway.calls.events import CallEnded, Event

STARTED, ENDED, PING = "call.started", "call.ended", "webhook.ping"
# what is recorded → the type it is told as, and which of its fields
_TOLD: dict[type[BaseModel], tuple[str, tuple[str, ...]]] = {
    f.LegAnswered: ("call.answered", ()),
    CallEnded: (ENDED, ()),
    f.AgentJoined: ("agent.joined", ("resumed",)),
    f.AgentLost: ("agent.lost", ("reason",)),
    x.TransferBegan: ("transfer.began", ("transfer_id", "mode", "target_id", "asked_by")),
    x.AttemptPlaced: ("transfer.attempt_placed", ("transfer_id", "attempt_id", "target_id")),
    x.AttemptEnded: ("transfer.attempt_ended", ("transfer_id", "attempt_id", "outcome", "sip_code")),
    x.TransferJoined: ("transfer.joined", ("transfer_id", "attempt_id")),
    x.TransferCancelled: ("transfer.cancelled", ("transfer_id", "asked_by")),
    x.TransferSettled: ("transfer.settled", ("transfer_id", "outcome", "callback_wanted")),
    x.HumanLeft: ("human.left", ("transfer_id", "by", "handed_back")),
    c.CaptureBegan: ("capture.began", ("capture_id", "fields", "talk")),
    c.CaptureEnded: ("capture.ended", ("capture_id", "outcome", "field", "problem", "brand")),
    r.RecordingStarted: ("recording.started", ("recording_id",)),
    r.RecordingStopped: ("recording.stopped", ("recording_id", "reason", "duration_ms")),
    r.RecordingFailed: ("recording.failed", ("recording_id", "reason")),
    r.RecordingReady: ("recording.ready", ("recording_id", "duration_ms", "complete")),
}
TYPES: tuple[str, ...] = (STARTED, *(name for name, _ in _TOLD.values()))


@dataclass(frozen=True)
class Notice:
    """One event as receivers are told it."""

    type: str
    seq: int
    at: datetime
    data: dict[str, Any]


def notices_of(call: Call, after: int, events: Sequence[Event]) -> list[Notice]:
    """What `events` tell, in their order. They follow the entry `after` of the log; `call` is as it is after them.

    What two sources reported is told once. What was reported after the end is told with `late`.
    """
    notices: list[Notice] = []
    for seq, event in enumerate(events, start=after + 1):
        if seq == 1:
            notices.append(_notice(STARTED, call, seq, event, {}))
        known = _TOLD.get(type(event.what))
        if known is None or event.repeated:
            continue
        name, fields = known
        said = _ending(call, event.what) if isinstance(event.what, CallEnded) else _some(event.what, fields)
        notices.append(_notice(name, call, seq, event, said))
    return notices


def message(name: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """The whole body of a request."""
    return {"type": name, "timestamp": _iso(at), "data": data}


def _notice(name: str, call: Call, seq: int, event: Event, said: dict[str, Any]) -> Notice:
    data = {
        "call_id": call.id,
        "seq": seq,
        "late": event.late,
        "direction": call.direction,
        "trunk_id": call.trunk_id or None,
        "number_id": call.number_id or None,
        "rule_id": call.rule_id or None,
        "agent_id": call.agent_id or None,
    }
    return Notice(name, seq, event.at, data | said)


def _some(what: BaseModel, fields: tuple[str, ...]) -> dict[str, Any]:
    return what.model_dump(mode="json", include=set(fields)) if fields else {}


def _ending(call: Call, ended: CallEnded) -> dict[str, Any]:
    talked = (call.ended_at - call.answered_at).total_seconds() if call.ended_at and call.answered_at else None
    return {
        "termination": ended.termination.model_dump(mode="json", include={"ended_by", "slug", "sip_code", "sentence"}),
        "answered_at": _iso(call.answered_at) if call.answered_at else None,
        "duration_s": max(0.0, round(talked, 3)) if talked is not None else None,
    }


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
