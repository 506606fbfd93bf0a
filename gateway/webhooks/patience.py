"""When a receiver that does not answer is left in peace: attempts that wait for nothing must not fill its lane. Pure.

asked ──ten in a row unanswered──► left in peace ──every half minute one attempt──► answered: asked again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

UNANSWERED = 10
PROBE = timedelta(seconds=30)


@dataclass
class Patience:
    """With one receiver, as far as this process knows it."""

    unanswered: int = 0
    problem: str = ""
    probe_at: datetime | None = None

    def may_ask(self, now: datetime) -> bool:
        """Asked for each attempt: of those that come while it is left in peace, one every half minute is made."""
        if self.unanswered < UNANSWERED:
            return True
        if self.probe_at is not None and now < self.probe_at:
            return False
        self.probe_at = now + PROBE
        return True

    def heard(self, problem: str, now: datetime) -> None:
        """`problem`: why nobody answered; "" when somebody did, whatever the answer was."""
        self.unanswered = self.unanswered + 1 if problem else 0
        self.problem = problem
        self.probe_at = now + PROBE if self.unanswered >= UNANSWERED else None

    @property
    def words(self) -> str:
        return f"not tried, after {self.unanswered} attempts in a row without an answer: {self.problem}"
