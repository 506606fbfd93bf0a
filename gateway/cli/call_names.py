"""Which call or target somebody means: an id, the end of a call's id as `gateway calls tail` prints it, a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.columns import plain
from gateway.cli.control_plane import ask, everything
from gateway.kernel.errors import BadInput, NotFound
from gateway.kernel.ids import is_id

CallName = Annotated[str, typer.Argument(metavar="CALL", help="Its id, or the end of it.")]
CALLS, TARGETS = "gateway calls list", "gateway targets list"
_SHORTEST_END = 4
_SHOWN = 5


def call_of(client: httpx.Client, given: str) -> str:
    """The call's id; a whole one is not looked up. Of calls that are over, the newest 500 are known by their end.

    Raises NotFound, or BadInput with the candidates.
    """
    if is_id("call", given):
        return given
    end = given.lower()
    if len(end) < _SHORTEST_END:
        raise BadInput(f"give the last {_SHORTEST_END} characters of the call's id at least", todo=CALLS)
    newest = ask(client, "GET", "/v1/calls", next_step=CALLS, params={"limit": 500})["data"]
    live = [everything(client, "/v1/calls", next_step=CALLS, status=status) for status in ("ringing", "active")]
    found = {one["id"]: one for some in (newest, *live) for one in some if one["id"].endswith(end)}
    if not found:
        raise NotFound("there is no such call", todo=CALLS)
    if len(found) > 1:
        raise BadInput(f"several calls end like this: {_some(found)}", todo="give more of the call's id")
    return next(iter(found))


def target_of(client: httpx.Client, given: str) -> Mapping[str, Any]:
    """By id or by name, in whatever case. Raises NotFound, or BadInput with the candidates."""
    targets = everything(client, "/v1/transfer-targets", next_step=TARGETS)
    by_id = [one for one in targets if one["id"] == given]
    found = by_id or [one for one in targets if one["name"].casefold() == given.strip().casefold()]
    if not found:
        raise NotFound(f"there is no transfer target {plain(given)}", todo=TARGETS)
    if len(found) > 1:
        choice = _some({one["id"]: one for one in found})
        raise BadInput(f"several targets are called {plain(given)}: {choice}", todo="give the id with --to tgt_…")
    return found[0]


def _some(found: Mapping[str, Mapping[str, Any]]) -> str:
    words = [f"{name} ({one.get('kind') or one.get('status')})" for name, one in found.items()]
    return ", ".join(words[:_SHOWN]) + (" and others" if len(words) > _SHOWN else "")
