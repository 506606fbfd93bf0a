"""The circuit of a trunk: one that fails is left alone for a while, then one call tries it. Pure.

closed ──failures in a row──► open ──a pause──► half open ──one call──► works: closed; fails: open
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

State = Literal["closed", "open", "half_open"]

OPENS_AFTER = 5  # failures since the last call that the trunk carried
WITHIN = timedelta(minutes=2)
PAUSE = timedelta(seconds=30)
PROBE_WITHIN = timedelta(minutes=3)  # a probe of which nothing was heard by then was never made


@dataclass(frozen=True)
class Breaker:
    """`failed_at`: what has not been forgotten yet. `probed_at`: a call is under way that tries the trunk. `why`: what
    the last failure was."""

    failed_at: tuple[datetime, ...] = ()
    opened_at: datetime | None = None
    probed_at: datetime | None = None
    why: str = ""

    def state(self, now: datetime) -> State:
        if self.opened_at is None:
            return "closed"
        if self.is_probed(now) or now < self.opened_at + PAUSE:
            return "open"
        return "half_open"

    def is_probed(self, now: datetime) -> bool:
        return self.probed_at is not None and now < self.probed_at + PROBE_WITHIN


def after_failure(breaker: Breaker, now: datetime, why: str) -> Breaker:
    """One that is open stays so for another pause."""
    failed = (*(at for at in breaker.failed_at if at > now - WITHIN), now)[-OPENS_AFTER:]
    opens = breaker.opened_at is not None or len(failed) >= OPENS_AFTER
    return Breaker(failed, now if opens else None, None, why)


def after_success(breaker: Breaker) -> Breaker:
    """What was before is forgotten."""
    return Breaker()


def probing(breaker: Breaker, now: datetime) -> Breaker:
    """The one call that may try a half-open trunk is under way."""
    return replace(breaker, probed_at=now)
