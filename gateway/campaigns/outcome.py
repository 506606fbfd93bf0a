"""What became of an attempt, by the record of its call. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from gateway.calls.call import Call
from gateway.calls.dial_facts import Answerer
from gateway.campaigns.terms import NEVER_RANG, Outcome

MESSAGE_LEFT = "message_left"  # a disposition that is an outcome
_BY_SLUG: dict[str, Outcome] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "dial_cancelled": "no_answer",
    "declined": "declined",
    "blocked": "blocked",
    "unreachable": "unreachable",
    "rejected": "unreachable",
    "carrier_limit": "carrier_limit",
    "call_rate": "carrier_limit",
    "over_capacity": "carrier_limit",
    "bad_dial_request": "failed",
    "no_codec": "failed",
    "livekit_unavailable": "failed",
    "draining": "failed",
}  # fmt: skip
_REFUSED = frozenset(
    {
        "outbound_not_allowed", "caller_id_not_allowed", "emergency_number", "short_code", "premium_number",
        "satellite_number", "country_not_allowed", "extension_not_allowed", "unreadable_number", "spend_cap",
        "already_dialled",
    }
)  # fmt: skip
_BY_MACHINE: dict[Answerer, Outcome] = {
    "voicemail": "voicemail",
    "screening": "screened",
    "ivr": "ivr",
    "fax": "fax",
    "silence": "silence",
    "announcement": "unreachable",
}


@dataclass(frozen=True)
class Settled:
    """`counts`: against how often somebody may be called."""

    outcome: Outcome
    counts: bool
    sip_code: int | None
    seconds: int


def settled(call: Call) -> Settled | None:
    """None while the call is on.

    A call that was lost on our own side, and rang or may have rung, is unknown: nobody is called again for it.
    """
    how = call.termination
    if how is None:
        return None
    outcome = _outcome(call, how.slug)
    rang = bool(call.rang_at or call.answered_at)
    return Settled(outcome, rang or outcome not in NEVER_RANG, how.sip_code, _seconds(call.answered_at, call.ended_at))


def _outcome(call: Call, slug: str) -> Outcome:
    if call.answered_at is not None:
        if call.dial.disposition == MESSAGE_LEFT:
            return "message_left"
        return _BY_MACHINE.get(cast("Answerer", call.dial.answered_by), "answered")
    if slug in _REFUSED:
        return "refused"
    return _BY_SLUG.get(slug, "unknown")


def _seconds(answered_at: datetime | None, ended_at: datetime | None) -> int:
    if answered_at is None or ended_at is None:
        return 0
    return max(0, round((ended_at - answered_at).total_seconds()))
