"""What the REST API says about calls. `pii` is null for a key without the scope that shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.calls.call import CallStatus
from gateway.calls.events import Termination
from gateway.calls.models import CallEventRow, CallRow
from gateway.calls.stored import read_call, read_event
from gateway.calls.timeline import TimelineEntry, TranscriptTurn, sentence_of


class CallShown(BaseModel):
    """One call as it is now. Times are UTC; `pii`: ani, dnis, source_address, room, leg_identity."""

    id: str
    status: CallStatus
    direction: Literal["inbound", "outbound"]
    sip_call_id: str
    node: str | None
    trunk_id: str | None
    number_id: str | None
    rule_id: str | None
    agent_id: str | None
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    agents_so_far: int
    caller_trust: str | None = Field(description="A, B, C, failed, unsigned, unchecked; null: nobody has looked")
    caller_label: str | None = Field(description="a sentence about that, where the terms want it seen")
    termination: Termination | None
    pii: dict[str, Any] | None


class EventShown(BaseModel):
    """One entry of the log. `seq` counts within the call, `position` over all calls."""

    position: int
    call_id: str
    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    source: str
    late: bool
    repeated: bool
    sentence: str
    body: dict[str, Any]
    pii: dict[str, Any] | None


class EventPage(BaseModel):
    data: list[EventShown]
    next_after: int | None = Field(default=None, description="give it as `after` when there may be more")


class AudioTaken(BaseModel):
    """The event `audio_set` with this `command_id` tells what came of it."""

    call_id: str
    command_id: str


class Timeline(BaseModel):
    data: list[TimelineEntry]


class Transcript(BaseModel):
    data: list[TranscriptTurn]


class HangupTaken(BaseModel):
    call_id: str
    status: CallStatus


def show_call(row: CallRow, *, with_pii: bool) -> CallShown:
    call = read_call(row)
    return CallShown(
        id=call.id,
        status=call.status,
        direction=call.direction,
        sip_call_id=call.sip_call_id,
        node=call.node or None,
        trunk_id=call.trunk_id or None,
        number_id=call.number_id or None,
        rule_id=call.rule_id or None,
        agent_id=call.agent_id or None,
        created_at=call.created_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        agents_so_far=call.agents_so_far,
        caller_trust=call.caller_trust or None,
        caller_label=call.caller_label or None,
        termination=call.termination,
        pii=row.pii if with_pii else None,
    )


def show_event(row: CallEventRow, *, with_pii: bool) -> EventShown:
    return EventShown(
        position=row.position,
        call_id=row.call_id,
        seq=row.seq,
        kind=row.kind,
        at=row.at,
        recorded_at=row.recorded_at,
        source=row.source,
        late=row.late,
        repeated=row.repeated,
        sentence=sentence_of(read_event(row)),
        body=row.body,
        pii=row.pii if with_pii else None,
    )
