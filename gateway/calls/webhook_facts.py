"""What a LiveKit webhook means for a call. Pure.

Our own SIP node reports its leg and its agent itself, and faster; from a node that does not report
(livekit-sip) the webhooks are all we hear.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.calls.call import Call
from gateway.calls.facts import AgentJoined, AgentLost, LegLeft
from gateway.calls.ports import RoomEvent
from gateway.calls.reported_facts import AnyFact
from gateway.calls.supervisor_facts import SupervisorJoined, SupervisorLeft
from gateway.calls.supervisors import is_supervisor, news_of

SOURCE = "livekit"
ROOM_CHANGED = frozenset({"room_finished", "participant_left", "participant_connection_aborted"})


def supervisor_fact_of(event: RoomEvent, calls: Sequence[Call]) -> SupervisorJoined | SupervisorLeft | None:
    """The fact that `event` is for one of the calls in its room, when it is about a supervisor of theirs."""
    one = event.participant
    if one is None or not calls or not is_supervisor(one.identity):
        return None
    if event.name != "participant_joined" and event.name not in ROOM_CHANGED:
        return None
    envelope = {"id": event.id, "source": SOURCE, "seq": 0, "at": event.at}
    return news_of(calls, one.identity, joined=event.name == "participant_joined", envelope=envelope)


def fact_of(event: RoomEvent, call: Call, *, node_reports: bool) -> AnyFact | None:
    """The fact that `event` is for the call in its room, None when it says nothing new."""
    one = event.participant
    if one is None:
        return None
    envelope = {"id": f"{call.id}:{event.id}"[:128], "call_id": call.id, "source": SOURCE, "seq": 0, "at": event.at}
    if event.name == "participant_joined" and one.kind == "agent":
        return AgentJoined.model_validate(envelope | {"identity": one.identity, "resumed": call.agents_so_far > 0})
    if node_reports or event.name != "participant_left":
        return None
    if one.kind == "agent":
        return AgentLost.model_validate(envelope | {"identity": one.identity, "reason": "left"})
    if one.kind == "sip" and one.identity == call.pii.leg_identity:
        phone = "callee" if call.direction == "outbound" else "caller"
        by_caller = {"ended_by": phone, "slug": "completed"}
        by_us = {"ended_by": "gateway", "slug": "room_closed"}
        return LegLeft.model_validate(envelope | (by_caller if event.client_initiated else by_us))
    return None
