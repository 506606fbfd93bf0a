"""Desired against actual: what has to be done so that LiveKit has what the database says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Actual:
    livekit_id: str
    owner: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """`links` are ours → LiveKit's ids of what exists; `foreign` is shown and left alone."""

    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_sync(self) -> bool:
        return not (self.create or self.update or self.delete)


def plan(wanted: Mapping[str, Mapping[str, Any]], actual: Sequence[Actual]) -> Plan:
    """`wanted` by our id. `create` and `update` name our ids, `delete` and `foreign` LiveKit's. A second object with
    the same owner (made twice by a race) is deleted."""
    links: dict[str, str] = {}
    update: list[str] = []
    delete: list[str] = []
    foreign: list[str] = []
    for one in sorted(actual, key=lambda a: a.livekit_id):
        if one.owner is None:
            foreign.append(one.livekit_id)
        elif one.owner not in wanted or one.owner in links:
            delete.append(one.livekit_id)
        else:
            links[one.owner] = one.livekit_id
            if dict(one.body) != dict(wanted[one.owner]):
                update.append(one.owner)
    create = [owner for owner in wanted if owner not in links]
    return Plan(tuple(create), tuple(update), tuple(delete), tuple(foreign), links)
