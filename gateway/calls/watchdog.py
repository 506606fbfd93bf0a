"""Nobody is stranded: what to do while no agent is with the caller. Pure.

LiveKit dispatches an agent once and never again. Counted from the moment without an agent (the leg
joined, or its agent was lost): further attempts at 3 s and 5.5 s, three in all. The SIP node plays
the rule's fallback after `policy.agent_wait_s`; should the caller still be there `ABANDON_S` later, the
leg is taken out of the room, which is a BYE on every kind of node.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from gateway.calls.call import Call
from gateway.calls.decision import Decision
from gateway.calls.effects import DispatchAgent, RemoveParticipant
from gateway.calls.events import AgentDispatched, AgentGivenUp, caused, recorded
from gateway.calls.facts import AgentJoined, AgentLost, AgentMissing, HangupAsked
from gateway.calls.transfer_facts import HumanLeft, TransferSettled

SOURCE = "watchdog"
FIRST_WAIT_S = 3.0
NEXT_WAIT_S = 2.5
MAX_ATTEMPTS = 3
ABANDON_S = 15.0
HANGUP_S = 12.0  # from a polite hang-up to taking the leg out: the agent may still be speaking


class Due(StrEnum):
    """What the watchdog reports when its moment has come."""

    AGENT_MISSING = "agent_missing"
    ABANDONED = "abandoned"
    HANGUP_OVERDUE = "hangup_overdue"


def next_due(call: Call) -> tuple[datetime, Due] | None:
    """The next moment at which something must happen by itself, None while nothing is awaited."""
    if call.ended or not call.room:
        return None
    if call.hangup:
        return call.hangup.at + timedelta(seconds=HANGUP_S), Due.HANGUP_OVERDUE
    since = call.agent_gone_since
    if since is None:
        return None
    if call.given_up_at is None:
        wait = FIRST_WAIT_S + NEXT_WAIT_S * (max(call.attempts, 1) - 1)
        return _not_before(since, wait, call.dispatched_at, NEXT_WAIT_S), Due.AGENT_MISSING
    if call.transfer:  # a human may still come; its end asks for an agent again
        return None
    return _not_before(since, call.policy.agent_wait_s + ABANDON_S, call.given_up_at, ABANDON_S), Due.ABANDONED


def _not_before(since: datetime, wait_s: float, last: datetime | None, pause_s: float) -> datetime:
    """`wait_s` after `since`, and `pause_s` after `last`: a loss that was reported late, because we were away,
    must not use up all attempts at once."""
    moment = since + timedelta(seconds=wait_s)
    return moment if last is None else max(moment, last + timedelta(seconds=pause_s))


def fact_due(call: Call, now: datetime) -> AgentMissing | HangupAsked | None:
    """The fact that the watchdog reports at `now`, None when nothing is due yet.

    Its id is made of what it is about, so that two control planes do not report it twice.
    """
    due = next_due(call)
    if due is None or due[0] > now:
        return None
    since = call.hangup.at if call.hangup else call.agent_gone_since or now
    name = f"{call.id}:{due[1]}:{since.isoformat()}"
    if due[1] is Due.AGENT_MISSING:
        waited = (now - since).total_seconds() * 1000
        return AgentMissing(
            id=f"{name}:{call.attempts}", call_id=call.id, source=SOURCE, seq=0, at=now, waited_ms=round(waited, 1)
        )
    reason = call.hangup.reason if call.hangup else "no_agent"
    return HangupAsked(id=name, call_id=call.id, source=SOURCE, seq=0, at=now, asked_by="gateway", reason=reason)


def on_agent_joined(call: Call, fact: AgentJoined) -> Decision:
    """The first agent stays; a second one, of a dispatch that was only slow, is sent away."""
    if call.agent_identity == fact.identity or fact.identity in call.gone_agents:
        return Decision((recorded(fact, repeated=True),))
    if call.agent_identity:
        effects = (RemoveParticipant(room=call.room, identity=fact.identity),) if call.room else ()
        return Decision((recorded(fact, repeated=True),), effects)
    return Decision((recorded(fact),))


def on_agent_missing(call: Call, fact: AgentMissing) -> Decision:
    """The next attempt, or giving up after the last; nothing when an agent came meanwhile."""
    if call.agent_identity or call.agent_gone_since is None or call.given_up_at:
        return Decision((recorded(fact, repeated=True),))
    if call.attempts >= MAX_ATTEMPTS:
        return Decision((recorded(fact), caused(fact, AgentGivenUp(attempts=call.attempts))))
    return dispatch_again(call, fact, attempt=max(call.attempts, 1) + 1)


def on_agent_lost(call: Call, fact: AgentLost) -> Decision:
    """Takes what is left of the agent out of the room and asks for another at once."""
    another_is_there = call.agent_identity not in ("", fact.identity)
    if another_is_there or fact.identity in call.gone_agents:
        return Decision((recorded(fact, repeated=True),))
    if call.hangup or call.human or call.direction == "outbound":
        # it said goodbye, or has handed the caller to a human, or was never ours to send: nobody follows
        return Decision((recorded(fact),))
    again = dispatch_again(call, fact, attempt=1, resume=True)
    gone = (RemoveParticipant(room=call.room, identity=fact.identity),) if call.room else ()
    return Decision(again.events, (*gone, *again.effects))


def on_human_left(call: Call, fact: HumanLeft) -> Decision:
    """The caller goes on with an agent if that was wished; else the call is over for the caller too."""
    if not call.human or call.human != fact.transfer_id:
        return Decision((recorded(fact, repeated=True),))
    if not fact.handed_back and call.transfer:  # whoever comes next is on the way
        return Decision((recorded(fact),))
    if not fact.handed_back:
        who = call.pii.leg_identity
        return Decision((recorded(fact),), (RemoveParticipant(room=call.room, identity=who),) if who else ())
    if call.agent_identity or call.direction == "outbound":
        return Decision((recorded(fact),))
    return dispatch_again(call, fact, attempt=1, resume=True)


def on_transfer_settled(call: Call, fact: TransferSettled) -> Decision:
    """It came to nothing, and meanwhile the caller has lost the agent, or never had one: one is sent at once."""
    if call.transfer != fact.transfer_id or call.human or call.agent_identity or call.direction == "outbound":
        return Decision((recorded(fact),))
    if fact.by == "refer":  # the phone is leaving
        return Decision((recorded(fact),))
    if call.agent_gone_since is not None and call.given_up_at is None:  # one is due already
        return Decision((recorded(fact),))
    return dispatch_again(call, fact, attempt=1, resume=True)


def dispatch_again(
    call: Call,
    fact: AgentMissing | AgentLost | HumanLeft | TransferSettled,
    *,
    attempt: int,
    resume: bool | None = None,
) -> Decision:
    """Records the attempt; the effect follows once the room is known."""
    resume = call.agents_so_far > 0 if resume is None else resume
    events = (recorded(fact), caused(fact, AgentDispatched(attempt=attempt, resume=resume)))
    if not call.room:
        return Decision(events)
    return Decision(events, (DispatchAgent(room=call.room, agent_id=call.agent_id, resume=resume),))
