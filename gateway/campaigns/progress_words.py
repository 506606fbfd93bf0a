"""Why nobody is being called just now, in a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.campaigns.terms import State

# the checks of the gate (compliance.dialling.terms.CheckName), and what has no such check
_CHECKS = {
    "hours": "people may not be called at this hour where they are",
    "own_window": "the campaign's own window is closed",
    "attempts": "those who are left were called as often as they may be for now",
    "caps": "the trunk has no more room or money for now",
    "register": "a do-not-call list that has to be looked at is missing or too old",
    "trunk": "its trunk could not take the last call",
}


@dataclass(frozen=True)
class Standstill:
    """`next_at`: when somebody is due; `outcome` and `check`: of whoever is next, what came of the last attempt and
    which check of the gate was against it. `limited_until`: the carrier has asked for a pause."""

    state: State
    why: str
    now: datetime
    starts_at: datetime | None = None
    next_at: datetime | None = None
    outcome: str = ""
    check: str = ""
    limited_until: datetime | None = None
    way_out: str = ""


def says(one: Standstill) -> str:
    """ "" while calls can go out."""
    if one.state != "running":
        return _AT_REST[one.state] + (f": {one.why}" if one.why else "")
    if one.starts_at is not None and one.starts_at > one.now:
        return f"it begins at {_clock(one.starts_at)}"
    if one.way_out:
        return one.way_out
    if one.limited_until is not None and one.limited_until > one.now:
        return f"the carrier has refused calls for its load; dialling goes on at {_clock(one.limited_until)}"
    if one.next_at is not None and one.next_at > one.now:
        return f"nobody is due before {_clock(one.next_at)}{_because(one)}"
    return ""


_AT_REST: dict[State, str] = {
    "draft": "not started yet",
    "running": "",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
}


def _because(one: Standstill) -> str:
    if one.check:
        return f": {_CHECKS.get(one.check, f'the gate says no for now ({one.check})')}"
    return f": the next dial follows one that was {one.outcome.replace('_', ' ')}" if one.outcome else ""


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
