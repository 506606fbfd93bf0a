"""What an attempt's outcome means: delivered, again later, or given up. Pure; chance and time are given.

after the failure  1    2     3      4       5       6    7    8    9 … 19
again in           5 s  30 s  2 min  10 min  30 min  1 h  2 h  4 h  6 h each     twenty attempts in about three days
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MINUTE_S, HOUR_S = 60.0, 3600.0
PAUSES_S = (5.0, 30.0, 2 * MINUTE_S, 10 * MINUTE_S, 30 * MINUTE_S, HOUR_S, 2 * HOUR_S, 4 * HOUR_S, *(11 * [6 * HOUR_S]))
ATTEMPTS = len(PAUSES_S) + 1
JITTER = 0.2
LONGEST_S = 6 * HOUR_S
GONE = 410


@dataclass(frozen=True)
class Outcome:
    """`status`: HTTP, None when nobody answered, with `problem` then saying why."""

    status: int | None
    problem: str = ""
    retry_after: str = ""


@dataclass(frozen=True)
class Verdict:
    """`status`: delivered, waiting (until `next_at`) or dead. `switch_off`: the receiver wants no more of anything."""

    status: str
    words: str
    next_at: datetime | None = None
    switch_off: bool = False


Judge = Callable[[Outcome, int, datetime, float], Verdict]


def judge(outcome: Outcome, attempts: int, now: datetime, spin: float) -> Verdict:
    """`attempts`: how many there were, this one among them. `spin`: chance, from 0 to 1."""
    words = outcome.problem or f"the receiver answered {outcome.status}"
    if outcome.status is not None and 200 <= outcome.status < 300:
        return Verdict("delivered", words)
    if outcome.status == GONE:
        return Verdict("dead", f"{words}: it wants no more", switch_off=True)
    if outcome.status is not None and 300 <= outcome.status < 400:
        words = f"{words}, a redirect, and none is followed"
    if attempts >= ATTEMPTS:
        return Verdict("dead", f"{words}; given up after {attempts} attempts")
    pause = max(pause_after(attempts, spin), wished(outcome.retry_after, now))
    return Verdict("waiting", words, now + timedelta(seconds=pause))


def pause_after(failures: int, spin: float) -> float:
    """Seconds after the n-th failure (from 1), longer by up to a fifth: many that failed together come back apart."""
    return PAUSES_S[min(failures, len(PAUSES_S)) - 1] * (1 + JITTER * spin)


def wished(retry_after: str, now: datetime) -> float:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3), at most six hours; 0 for what cannot be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), LONGEST_S)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_S)
