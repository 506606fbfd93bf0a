"""Two rules that would match the same call equally well. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dispatch_rules.match import Terms


def conflict(new: Terms, others: Iterable[Terms]) -> Terms | None:
    """The first other rule that ties with `new` for some call: same trunk, equally exact, and both lists can meet."""
    for other in others:
        if (
            new.enabled
            and other.enabled
            and other.id != new.id
            and other.openness == new.openness
            and set(new.trunk_ids) & set(other.trunk_ids)
            and _can_meet(new.numbers, other.numbers)
            and _can_meet(new.inbound_numbers, other.inbound_numbers)
        ):
            return other
    return None


def _can_meet(first: Sequence[str], second: Sequence[str]) -> bool:
    return not first or not second or bool(set(first) & set(second))
