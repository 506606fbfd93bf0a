"""Routes as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "name", "numbers", "priority", "trunk")
_EXPLAINED = ("try", "trunk", "route", "why")
_CIRCUITS = {"closed": "", "open": " (left alone)", "half_open": " (being tried)"}


def table_of(routes: Sequence[Told], trunks: Mapping[str, Told]) -> Iterator[str]:
    """In the order in which they are tried; nothing for none. `trunks` by id."""
    if routes:
        ordered = sorted(routes, key=lambda one: (-len(one["prefix"]), one["priority"], one["id"]))
        yield from aligned([_HEAD, *(_cells(one, trunks) for one in ordered)])


def line_of(route: Told) -> str:
    return f"{route['id']}  {plain(route['name'])}  {_numbers(route['prefix'])} by {route['trunk_id']}"


def explained(told: Told) -> Iterator[str]:
    """By which trunks a number is called, and why not by the others."""
    routes = told["routes"]
    if not routes:
        yield "no route at all; next: gateway route add --help"
        return
    yield from aligned([_EXPLAINED, *(_explained(one) for one in routes)])
    if all(one["place"] is None for one in routes):
        yield "no trunk would be tried now"


def _explained(one: Told) -> tuple[str, ...]:
    place = str(one["place"]) if one["place"] else "-"
    return (place, plain(one["trunk_name"]) + _CIRCUITS[one["circuit"]], plain(one["route_name"]), plain(one["reason"]))


def _cells(route: Told, trunks: Mapping[str, Told]) -> tuple[str, ...]:
    trunk = trunks.get(route["trunk_id"])
    name = plain(route["name"]) + ("" if route["enabled"] else " (off)")
    by = plain(trunk["name"]) if trunk else route["trunk_id"]
    return (route["id"], name, _numbers(route["prefix"]), str(route["priority"]), by)


def _numbers(prefix: str) -> str:
    return f"+{prefix}…" if prefix else "all"
