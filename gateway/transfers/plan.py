"""Who is rung for a transfer, in which order, which at the same time, and for how long. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from gateway.calls.transfer_facts import Ring
from gateway.transfers.target import Target

MOST_ATTEMPTS = 20  # of one transfer: a caller who waits for more is better told the truth

Wave = tuple[Ring, ...]  # rung at the same time
_NEVER = datetime.min.replace(tzinfo=UTC)


def attempts(
    target: Target,
    members: Sequence[Target],
    idle_since: Mapping[str, datetime | None],
    wanted_skill: str | None = None,
) -> tuple[Wave, ...]:
    """One wave after the other; none when nobody can be rung.

    `members` are the targets that a team names, in any order; `idle_since` is when each last ended a call, by id:
    None, or no entry, is somebody who had none yet, who comes first. Ties keep the team's order.
    """
    people = tuple(_reachable(target, members, wanted_skill))
    if target.strategy == "longest_idle":
        people = tuple(sorted(people, key=lambda one: idle_since.get(one.id) or _NEVER))
    rings = tuple(_ring(one) for one in people[:MOST_ATTEMPTS])
    if target.kind == "team" and target.strategy == "all_at_once":
        return (rings,) if rings else ()
    return tuple((ring,) for ring in rings)


def _ring(one: Target) -> Ring:
    """Nobody at a browser is a machine."""
    detects = one.voicemail_detection and one.kind != "operator"
    routed = one.kind == "phone" and not one.trunk_id
    return Ring(target_id=one.id, ring_s=one.ring_s, voicemail_detection=detects, routed=routed)


def _reachable(target: Target, members: Sequence[Target], wanted_skill: str | None) -> Iterator[Target]:
    """Those who are there and have the skill, in the team's order; two names for one phone are one person."""
    if not target.enabled:
        return
    known = {one.id: one for one in members}
    people = [known[name] for name in target.members if name in known] if target.kind == "team" else [target]
    rung: set[str] = set()
    for one in people:
        fits = wanted_skill is None or wanted_skill in one.skills
        if one.enabled and one.kind != "team" and fits and one.address not in rung:
            rung.add(one.address)
            yield one
