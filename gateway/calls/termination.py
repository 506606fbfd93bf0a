"""How a call ends: the one termination, from the first fact that ends it. Pure."""

from __future__ import annotations

from gateway.calls.call import Call
from gateway.calls.events import Termination
from gateway.calls.facts import CallLost, DialFailed, InviteRefused, LegLeft, Party
from gateway.calls.own_facts import AdmissionDecided
from gateway.calls.slugs import SENTENCES, sentence_for

# What the node sees when we take its participant out of the room because somebody asked for it.
_TAKEN_OUT = frozenset({"room_closed", "completed"})
_BY_A_PARTY: frozenset[Party] = frozenset({"caller", "callee", "agent", "human"})

Ending = LegLeft | DialFailed | InviteRefused | CallLost | AdmissionDecided


def termination_of(call: Call | None, ending: Ending) -> Termination | None:
    """The termination that `ending` means for `call`; None for a verdict that lets the call in."""
    match ending:
        case LegLeft():
            return _left(call, ending)
        case DialFailed():
            return _failed(call, ending)
        case InviteRefused(ended_by=ended_by, slug=slug, sip_code=sip_code):
            return make(ended_by, slug, sip_code)
        case CallLost(slug=slug):
            return make("gateway", slug, None)
        case AdmissionDecided(verdict=verdict):
            if verdict.verdict not in ("reject", "redirect"):
                return None
            return make("gateway", verdict.slug, verdict.sip_code)


def _left(call: Call | None, leg: LegLeft) -> Termination:
    if call and call.hangup and leg.slug in _TAKEN_OUT and leg.ended_by not in ("caller", "callee"):
        return make(call.hangup.asked_by, call.hangup.reason, leg.sip_code)
    return make(leg.ended_by, leg.slug, leg.sip_code)


def _failed(call: Call | None, dial: DialFailed) -> Termination:
    if call and call.hangup and dial.slug == "dial_cancelled":
        return make(call.hangup.asked_by, dial.slug, dial.sip_code)
    return make(dial.ended_by, dial.slug, dial.sip_code, dial.carrier)


def make(ended_by: Party, slug: str, sip_code: int | None, carrier: str = "") -> Termination:
    """A termination in our vocabulary; a slug outside it becomes `completed` when a party hung up,
    else `internal_error` (the slug as reported stays in the event of the fact)."""
    if slug not in SENTENCES:
        slug = "completed" if ended_by in _BY_A_PARTY else "internal_error"
    return Termination(ended_by=ended_by, slug=slug, sip_code=sip_code, sentence=sentence_for(slug), carrier=carrier)
