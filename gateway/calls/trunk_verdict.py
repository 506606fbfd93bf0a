"""What the end of a call out says about the trunk it went by, and whether another trunk may be tried. Pure.

works         the far end rang, answered, or refused as a callee does
next, ours    it took the call no further; see `trunks.routes.failures`
silent        nothing came back until our own time was up: nobody knows what happened there
not_dialled   we did not let it out by this trunk: it is full, or not for this number
unknown       it ended at our own side
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from gateway.calls.call import Call
from trunks.routes.failures import class_of, words_for

Verdict = Literal["works", "next", "ours", "silent", "not_dialled", "unknown"]

LONG_SILENCE = timedelta(seconds=20)  # a call that is given up sooner may have been about to ring
_FAR_END = frozenset({"busy", "no_answer", "declined", "blocked", "carrier_limit", "unreachable", "rejected"})
_NOT_BY_THIS_TRUNK = frozenset(
    {"over_capacity", "call_rate", "spend_cap", "country_not_allowed", "outbound_not_allowed"}
)


@dataclass(frozen=True)
class TrunkVerdict:
    """`words`: what failed, with the status; empty when nothing did."""

    verdict: Verdict
    words: str = ""

    @property
    def counts_against(self) -> bool:
        return self.verdict in ("next", "ours", "silent")


def verdict_on_trunk(call: Call) -> TrunkVerdict | None:
    """None while a call that has shown no sign of life yet is on."""
    if call.answered_at or call.rang_at:
        return TrunkVerdict("works")
    how = call.termination
    if how is None:
        return None
    if how.slug in _NOT_BY_THIS_TRUNK and how.ended_by == "gateway":
        return TrunkVerdict("not_dialled", how.sentence)
    if how.slug not in _FAR_END or how.sip_code is None:
        return TrunkVerdict("unknown")
    if how.sip_code == 408 and not how.carrier:  # our own clock; a far end that says 408 says it in words
        lasted = (call.ended_at or call.created_at) - call.created_at
        return TrunkVerdict("silent", "nothing came back at all") if lasted >= LONG_SILENCE else TrunkVerdict("unknown")
    found = class_of(how.sip_code)
    if found == "final":
        return TrunkVerdict("works")
    return TrunkVerdict(found, words_for(how.sip_code))


def may_go_elsewhere(call: Call) -> bool:
    """It is known that nothing rang and nobody answered, and another trunk may do better."""
    found = verdict_on_trunk(call)
    return found is not None and found.verdict in ("next", "ours", "not_dialled")
