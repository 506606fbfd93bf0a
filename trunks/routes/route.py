"""By which trunks a number may be called, in which order, and why not by the others. Pure.

Routes that fit are taken by the longest prefix, then by priority (lower first), then by age; a trunk counts once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from trunks.routes.breaker import State


@dataclass(frozen=True)
class Route:
    """`prefix`: digits after the +; empty fits every number."""

    id: str
    name: str
    prefix: str
    trunk_id: str
    priority: int
    enabled: bool = True


@dataclass(frozen=True)
class Way:
    """A trunk as far as routing needs it. `circuit` and `why`: of `trunks.routes.breaker`."""

    trunk_id: str
    name: str
    enabled: bool = True
    provisioned: bool = True
    circuit: State = "closed"
    why: str = ""


@dataclass(frozen=True)
class Choice:
    """A route, and what becomes of it for the number. `used`: its trunk is tried, in this order."""

    route: Route
    way: Way
    used: bool
    reason: str


def choices(
    called: str, routes: Iterable[Route], ways: Mapping[str, Way], tried: Collection[str] = ()
) -> tuple[Choice, ...]:
    """Those that are used come first, in the order in which they are tried. `called` is E.164; `tried`: trunks that
    this call has been sent by already."""
    digits = called.lstrip("+")
    ordered = sorted(routes, key=lambda one: (-len(one.prefix), one.priority, one.id))
    used: list[Choice] = []
    others: list[Choice] = []
    for route in ordered:
        way = ways[route.trunk_id]
        taken = {one.way.trunk_id for one in used}
        if why_not := _why_not(route, way, digits, taken, tried):
            others.append(Choice(route, way, False, why_not))
        else:
            used.append(Choice(route, way, True, _why(route, way)))
    return (*used, *others)


def _why(route: Route, way: Way) -> str:
    fits = f"the number begins with +{route.prefix}" if route.prefix else "the route takes every number"
    probe = (
        "; the trunk failed before, and this call tries whether it works again" if way.circuit == "half_open" else ""
    )
    return f"{fits}, priority {route.priority}{probe}"


def _why_not(route: Route, way: Way, digits: str, taken: Collection[str], tried: Collection[str]) -> str:
    """Empty when nothing stands against it."""
    if not digits.startswith(route.prefix):
        return f"the number does not begin with +{route.prefix}"
    if not route.enabled:
        return "the route is switched off"
    if way.trunk_id in taken:
        return "its trunk has its turn already, by a route that comes before"
    if not way.enabled:
        return "the trunk is switched off"
    if not way.provisioned:
        return "the trunk is not in LiveKit yet"
    if way.trunk_id in tried:
        return "the call was sent by this trunk already"
    if way.circuit == "open":
        return f"the trunk is left alone for a while, because it failed several times in a row: {way.why}"
    return ""
