"""Whom a call has left without anybody to talk to: a person answered, and no agent was there within 2 s. Pure.

47 CFR 64.1200(a)(7) allows 3 % of live answers within 30 days. The gateway dials with an agent in the room, so it is
the exception: an agent that was lost between the dial and the answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

WITHIN = timedelta(seconds=2)
_SHARE = Decimal("0.0001")


def is_abandoned(outcome: str, answered_at: datetime | None, agent_at: datetime | None) -> bool:
    if outcome != "answered" or answered_at is None:
        return False
    return agent_at is None or agent_at > answered_at + WITHIN


def share(abandoned: int, answered: int) -> Decimal | None:
    """Of live answers, from 0 to 1; None when there are none."""
    return (Decimal(abandoned) / answered).quantize(_SHARE) if answered else None
