"""Between the call's values and its rows: personal fields go to `pii`, everything else to `body`."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from gateway.calls.call import Call
from gateway.calls.effects import Effect, parse_effect
from gateway.calls.events import Event, Outcome
from gateway.calls.facts import Fact
from gateway.calls.models import CallEffectRow, CallEventRow, CallRow
from gateway.calls.own_facts import RecordedFact, parse_recorded
from gateway.calls.spend import minutes_of

_ENVELOPE = {"id", "call_id", "source", "seq", "at", "kind"}
# LiveKit puts the caller's number into the names of rooms and SIP participants.
_PERSONAL: dict[str, tuple[str, ...]] = {
    "leg_joined": ("room",),
    "dispatch_agent": ("room",),
    "remove_participant": ("room", "identity"),
    "close_room": ("room", "leaving"),
    "start_recording": ("room", "caller"),
}
_LONGEST_CALL_ID = 255  # callers choose it
_OUTCOMES = frozenset({"call_ended", "agent_dispatched", "agent_given_up", "recording_ordered", "recording_withheld"})
_parse_outcome: TypeAdapter[Outcome] = TypeAdapter(Outcome)


def split(what: RecordedFact | Outcome | Effect) -> tuple[dict[str, Any], dict[str, Any]]:
    """`what` as JSON, (body, pii), without its envelope."""
    body = what.model_dump(mode="json", exclude=_ENVELOPE)
    pii: dict[str, Any] = body.pop("pii", {})
    return body, pii | {name: body.pop(name) for name in _PERSONAL.get(what.kind, ())}


def event_values(event: Event) -> dict[str, Any]:
    """Columns of an event but those the runner knows."""
    body, pii = split(event.what)
    return {
        "call_id": event.call_id,
        "kind": event.what.kind,
        "at": event.at,
        "source": event.source,
        "source_seq": event.what.seq if isinstance(event.what, Fact) else 0,
        "fact_id": event.fact_id,
        "late": event.late,
        "repeated": event.repeated,
        "body": body,
        "pii": pii,
    }


def read_event(row: CallEventRow) -> Event:
    pii = dict(row.pii)
    personal = {name: pii.pop(name) for name in _PERSONAL.get(row.kind, ())}
    content: dict[str, Any] = {"kind": row.kind, **row.body, **personal}
    if row.kind not in _OUTCOMES:
        content |= {
            "id": row.fact_id,
            "call_id": row.call_id,
            "source": row.source,
            "seq": row.source_seq,
            "at": row.at,
        }
        if pii:
            content["pii"] = pii
    what = _parse_outcome.validate_python(content) if row.kind in _OUTCOMES else parse_recorded.validate_python(content)
    return Event.model_construct(
        call_id=row.call_id,
        fact_id=row.fact_id,
        source=row.source,
        at=row.at,
        late=row.late,
        repeated=row.repeated,
        what=what,
    )


def call_values(call: Call) -> dict[str, Any]:
    """Columns of the folded call but those the runner knows."""
    state = call.model_dump(mode="json")
    pii = state.pop("pii")
    columns = ("id", "status", "direction", "node", "trunk_id")
    return {name: state[name] for name in columns} | {
        "minutes": minutes_of(call),
        "sip_call_id": call.sip_call_id.replace("\0", "")[:_LONGEST_CALL_ID],
        "created_at": call.created_at,
        "state": state,
        "pii": pii,
    }


def read_call(row: CallRow) -> Call:
    return Call.model_validate({**row.state, "pii": row.pii})


def read_effect(row: CallEffectRow) -> Effect:
    return parse_effect.validate_python({"kind": row.kind, **row.body, **row.pii})
