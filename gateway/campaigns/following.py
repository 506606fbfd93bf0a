"""What follows for a contact from the end of an attempt. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.campaigns.terms import ContactState, Outcome, Terms

# the same goes for an attempt that was not dialled since the hour was wrong: the gate says when it is right
GATE_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Follows:
    """`next_at` counts for `waiting` only."""

    state: ContactState
    next_at: datetime


def follows(
    terms: Terms, outcome: Outcome, earlier: Sequence[Outcome], now: datetime, *, callback_at: datetime | None = None,
    gate_next_at: datetime | None = None,
) -> Follows:  # fmt: skip
    """`earlier`: outcomes of the contact's attempts before this one. A callback that was asked for comes before every
    rule of the campaign; the gate still has its say at that instant."""
    if outcome == "refused":
        return Follows("refused", now)
    if callback_at is not None:
        return Follows("waiting", max(callback_at, now))
    if outcome == "not_now":
        return Follows("waiting", gate_next_at or now + GATE_AGAIN)
    again = terms.retries.get(outcome)
    if again is None or sum(one == outcome for one in earlier) >= again.most:
        return Follows("done", now)
    return Follows("waiting", now + timedelta(seconds=again.after_s))
