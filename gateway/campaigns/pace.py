"""How fast a campaign dials: slots in a row, pauses after a carrier's refusals, and when it is better to stop. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.campaigns.terms import Outcome

LEAD_S = 3.0  # for an agent to come: so much earlier than its dial it is asked for
LONGEST_WAIT = timedelta(seconds=60)  # a slot further away was set by a clock that has jumped since
LONGEST_BACK_OFF_S = 300.0
LOOKED_AT, MOST_FAILED = 20, 10  # so many of the last dials: then something is wrong with the way, not with the people
_FAILED: frozenset[Outcome] = frozenset({"unreachable", "carrier_limit", "failed", "blocked", "unknown"})


@dataclass(frozen=True)
class Slots:
    """`next_at`: when the next dial may begin; `limited_until`: the carrier has asked for a pause."""

    next_at: datetime
    limited_until: datetime | None = None

    def first(self, now: datetime) -> datetime:
        """The first instant from `now` on."""
        at = now if self.next_at > now + LONGEST_WAIT else max(self.next_at, now)
        return max(at, self.limited_until) if self.limited_until else at


def interval(calls_per_s: float | None) -> timedelta:
    return timedelta(seconds=1 / calls_per_s) if calls_per_s else timedelta()


def lead(calls_per_s: float | None, at_once: int) -> int:
    """How many agents are reserved ahead of their dials at most."""
    if calls_per_s is None:
        return at_once
    return min(at_once, math.ceil(calls_per_s * LEAD_S) + 1)


def back_off(refusals: int) -> timedelta:
    """After so many refusals of the carrier in a row (from 1): 1, 2, 4 … 300 s."""
    return timedelta(seconds=min(LONGEST_BACK_OFF_S, 2.0 ** min(refusals - 1, 12)))


def why_stop(latest: Sequence[Outcome]) -> str:
    """Why nothing more should be dialled, by the outcomes of the latest dials, the newest first; "" for go on."""
    looked_at = latest[:LOOKED_AT]
    failed = sum(one in _FAILED for one in looked_at)
    if failed < MOST_FAILED:
        return ""
    return f"{failed} of the last {len(looked_at)} dials failed on the way; see gateway campaigns attempts, then resume"
