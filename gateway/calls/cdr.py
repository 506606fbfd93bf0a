"""The call detail record: a fold over the events of one call. Pure. Times UTC, durations as named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from compliance.caller_trust.evidence import TrustEvidence
from gateway.calls.call import Call, CallStatus, evolve
from gateway.calls.digits import pressed
from gateway.calls.events import Event, Termination
from gateway.calls.facts import (
    AgentLost,
    FallbackPlayed,
    FirstAudio,
    LegAnswered,
    LegLeft,
    NumbersPii,
    Strict,
    ToolCalled,
    TurnMeasured,
)
from gateway.calls.own_facts import AdmissionDecided


class Turn(Strict):
    """Stage latencies of one turn, ms; see `TurnMeasured`."""

    turn: int
    stages: dict[str, float]


class Cdr(Strict):
    """What is left of a call.

    `duration_s` counts from the answer to the end, `ringing_s` from the INVITE to the answer, or to the end
    of a call that was not answered.
    """

    call_id: str
    sip_call_id: str
    direction: Literal["inbound", "outbound"]
    status: CallStatus
    trunk: str | None
    number: str | None
    rule: str | None
    agent: str | None
    node: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ringing_s: float | None
    duration_s: float | None
    answer_ms: float | None
    greeting_ms: float | None
    setup_ms: dict[str, float]
    codec: str | None
    rtp: dict[str, float]
    digits: int
    turns: list[Turn]
    tools: int
    agents: int
    agents_lost: int
    fallback_played: bool
    caller_trust: TrustEvidence | None
    termination: Termination | None
    pii: NumbersPii | None


def cdr_of(events: Iterable[Event]) -> Cdr | None:
    """The record of the call that `events` (of one call, in order) tell; None without events."""
    log = list(events)
    call: Call | None = None
    for event in log:
        call = evolve(call, event)
    if call is None:
        return None
    answer = next((e.what for e in log if isinstance(e.what, LegAnswered)), None)
    greeting = next((e.what for e in log if isinstance(e.what, FirstAudio)), None)
    left = next((e.what for e in log if isinstance(e.what, LegLeft)), None)
    admission = next((e.what for e in log if isinstance(e.what, AdmissionDecided)), None)
    return Cdr(
        call_id=call.id,
        sip_call_id=call.sip_call_id,
        direction=call.direction,
        status=call.status,
        trunk=call.trunk_id or None,
        number=call.number_id or None,
        rule=call.rule_id or None,
        agent=call.agent_id or None,
        node=call.node or None,
        started_at=call.created_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        ringing_s=_seconds(call.created_at, call.answered_at or call.ended_at),
        duration_s=_seconds(call.answered_at, call.ended_at),
        answer_ms=_answer_ms(call, answer),
        greeting_ms=greeting.after_invite_ms if greeting else None,
        setup_ms=answer.setup_ms if answer else {},
        codec=answer.codec if answer else None,
        rtp=left.rtp if left else {},
        digits=len(pressed(log)),
        turns=_turns(log),
        tools=_count(log, ToolCalled),
        agents=call.agents_so_far,
        agents_lost=_count(log, AgentLost),
        fallback_played=_count(log, FallbackPlayed) > 0,
        caller_trust=admission.verdict.caller_trust if admission else None,
        termination=call.termination,
        pii=NumbersPii(ani=call.pii.ani, dnis=call.pii.dnis, source_address=call.pii.source_address),
    )


def _turns(log: list[Event]) -> list[Turn]:
    measured = [event.what for event in log if isinstance(event.what, TurnMeasured)]
    measured.sort(key=lambda turn: (turn.at, turn.seq))
    return [Turn(turn=one.turn, stages=one.stages) for one in measured]


def _count(log: list[Event], kind: type) -> int:
    return sum(isinstance(event.what, kind) and not event.repeated for event in log)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(0.0, round((end - start).total_seconds(), 3))


def _answer_ms(call: Call, answer: LegAnswered | None) -> float | None:
    if answer and "answered" in answer.setup_ms:
        return answer.setup_ms["answered"]
    seconds = _seconds(call.created_at, call.answered_at)
    return None if seconds is None else round(seconds * 1000, 1)
