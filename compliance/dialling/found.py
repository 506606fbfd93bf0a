"""What one check found: the reasons against a call, and when those that only time can mend are over. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from compliance.dialling.decision import Reason
from compliance.dialling.terms import CheckName, Result


class Opens(Protocol):
    """Something that time opens and closes."""

    def opens(self, at: datetime) -> datetime | None:
        """The first instant from `at` on at which it is open; None when there is none."""
        ...


@dataclass(frozen=True)
class Found:
    """`says` when nothing stands against it; `times`: all that the check binds a later instant to. `consent`: the one
    that the call rests on."""

    check: CheckName
    says: str
    reasons: tuple[Reason, ...] = ()
    times: tuple[Opens, ...] = ()
    consent: str = ""

    @property
    def result(self) -> Result:
        if not self.reasons:
            return "passed"
        return "refused" if any(one.result == "refused" for one in self.reasons) else "not_now"


@dataclass(frozen=True)
class Rate:
    """At most so many of `dialled` within a span that ends at the instant."""

    dialled: tuple[datetime, ...]
    most: int
    within: timedelta

    def opens(self, at: datetime) -> datetime | None:
        later = sorted(one for one in self.dialled if one > at - self.within)
        return at if len(later) < self.most else later[len(later) - self.most] + self.within


@dataclass(frozen=True)
class NotBefore:
    instant: datetime

    def opens(self, at: datetime) -> datetime | None:
        return max(at, self.instant)


def first_open(times: Sequence[Opens], at: datetime, last: datetime) -> datetime | None:
    """The first instant from `at` to `last` at which all of them are open at once; None when there is none."""
    now = at
    while now <= last:
        later = now
        for one in times:
            opens = one.opens(later)
            if opens is None:
                return None
            later = opens
        if later == now:
            return now
        now = later
    return None
