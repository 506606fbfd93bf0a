"""How a leg can end, each way once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.calls.dial_outcome import masked_words, outcome_of
from gateway.calls.facts import Party
from gateway.calls.slugs import SENTENCES
from gateway.sip.wire.calls import CallFailed

LONGEST_PHRASE = 200

# slug → SIP code of the final response while the call is not answered yet
CODES: dict[str, int] = {
    "wrong_password": 403,
    "no_trunk": 404,
    "no_rule": 404,
    "caller_cancelled": 487,
    "no_codec": 488,
    "malformed": 400,
    "over_capacity": 503,
    "too_many_calls": 503,
    "draining": 503,
    "control_plane_lost": 503,
    "livekit_unavailable": 503,
    "screened": 480,
    "room_closed": 486,
    "room_lost": 503,
    "gateway_stopped": 503,
    "internal_error": 500,
    "media_timeout": 480,
    "max_duration": 480,
    "no_agent": 480,
    "ack_timeout": 408,
    "no_answer": 408,
    "dial_cancelled": 487,
    "unreachable": 503,
    "agent_gone": 480,
}
RETRY_AFTER_S = {
    "over_capacity": 5,
    "too_many_calls": 2,
    "draining": 5,
    "control_plane_lost": 5,
    "livekit_unavailable": 5,
}


@dataclass(frozen=True)
class Ending:
    """`code` and `headers` are of the final response, if there has been none yet.

    `phrase`: of the final response; of a call out that failed, it says so to whoever asked. `carrier`: the far end's
    words, for the record."""

    ended_by: Party
    slug: str
    code: int
    headers: dict[str, str] = field(default_factory=dict)
    recorded: bool = False  # the control plane decided it, and so knows
    phrase: str = ""
    carrier: str = ""
    retry_after_s: int | None = None


def failed_dial(failure: CallFailed) -> Ending:
    """What the far end's final response means."""
    outcome = outcome_of(failure.code, failure.reason, failure.headers)
    return Ending(
        outcome.ended_by,
        outcome.slug,
        outcome.sip_code,
        phrase=masked_words(failure.reason)[:LONGEST_PHRASE],
        carrier=outcome.carrier,
        retry_after_s=outcome.retry_after_s,
    )


def ending(slug: str, ended_by: Party = "gateway") -> Ending:
    """The ending of a known slug; what is not in the vocabulary counts as `completed`."""
    known = slug if slug in SENTENCES else "completed"
    retry = RETRY_AFTER_S.get(known)
    headers = {"Retry-After": str(retry)} if retry else {}
    return Ending(ended_by, known, CODES.get(known, 480), headers)


class Turned(Exception):
    """The call may not go on; raised where that is found out, told to the caller by the leg."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.slug)
        self.ending = ending


class Challenged(Exception):
    """The caller was asked for its password; the answer comes as a call of its own."""
