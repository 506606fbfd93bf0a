"""When an account's records are read, and from where on. Pure.

read ──every five minutes──► the last two hours      records appear late
     ──every hour──────────► what began a day ago    a call is recorded when it is over, and may last a day
                             and all of three days that has no price yet
woken by a webhook: at once, but not twice within ten seconds
failed: again after 1, 2, 4 … 60 minutes, or when the carrier says
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

EVERY, APART = timedelta(minutes=5), timedelta(seconds=10)
DEEP_EVERY = timedelta(hours=1)
LATE, LONGEST_CALL = timedelta(hours=2), timedelta(hours=25)
UNRATED = timedelta(days=3)
BEFORE_US = timedelta(days=3)  # of an account that was just given to us
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Turn:
    """Of one account, as far as this process knows."""

    next_at: datetime | None = None  # None: at once
    ended_at: datetime | None = None
    deep_at: datetime | None = None
    running: bool = False
    woken: bool = False
    failures: int = 0

    def due(self, now: datetime) -> bool:
        return not self.running and (self.next_at is None or now >= self.next_at)

    def wait(self, now: datetime) -> float:
        """Seconds until it is due."""
        return max(0.0, (self.next_at - now).total_seconds()) if self.next_at else 0.0

    def begin(self, now: datetime) -> bool:
        """Is it to go far back?"""
        self.running, self.woken = True, False
        return self.failures > 0 or self.deep_at is None or now - self.deep_at >= DEEP_EVERY

    def ended(self, now: datetime, *, deep: bool) -> None:
        self.running, self.failures, self.ended_at = False, 0, now
        self.deep_at = now if deep else self.deep_at
        self.next_at = now + (APART if self.woken else EVERY)

    def failed(self, now: datetime, wished: timedelta = timedelta()) -> None:
        """`wished`: how long the carrier wants to be left alone."""
        self.running, self.failures, self.ended_at = False, self.failures + 1, now
        self.next_at = now + max(wished, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures - 1, 16)))

    def wake(self, now: datetime) -> None:
        """Something has happened there. One that failed waits for its time all the same."""
        if self.running:
            self.woken = True
        elif not self.failures and self.next_at is not None:
            earliest = self.ended_at + APART if self.ended_at else now
            self.next_at = min(self.next_at, max(now, earliest))


def since(
    until: datetime | None, made_at: datetime, unrated: datetime | None, now: datetime, *, deep: bool
) -> datetime:
    """From where on the records are read. `until`: they are here up to; None when none was ever read. `made_at`: when
    the account was given to us. `unrated`: when the oldest call without a price began."""
    if until is None:
        return made_at - BEFORE_US
    if not deep:
        return until - LATE
    far = until - LONGEST_CALL
    return min(far, unrated) if unrated is not None and unrated >= now - UNRATED else far
