"""From the destination that was signed to ours, over the diversions that were signed in between (RFC 8946). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from compliance.stir_shaken.passport import Passport


def diversions_to(made_for: Collection[str], here: Collection[str], diversions: Sequence[Passport]) -> int | None:
    """How many of `diversions` lead from a number of `made_for` to one of `here`, the fewest; None when none do.

    Each takes the call from the number in its `div` to its `dest`, and is used once.
    """
    reached, left, steps = set(made_for), list(diversions), 0
    while reached.isdisjoint(here):
        taken = [one for one in left if one.div in reached]
        if not taken:
            return None
        left = [one for one in left if one.div not in reached]
        reached |= {number for one in taken for number in one.dest}
        steps += 1
    return steps
