"""Recordings as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned

Told = Mapping[str, Any]
_HEAD = ("id", "call", "began", "length", "state", "")


def recording_table(recordings: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if recordings:
        yield from aligned([_HEAD, *(_line(one) for one in recordings)])


def recording_lines(one: Told) -> Iterator[str]:
    yield f"{one['id']}  {state_of(one)}"
    yield f"call      {one['call_id']}"
    if one["continues"]:
        yield f"continues {one['continues']}, whose recorder was lost"
    yield f"began     {one['started_at'] or 'not yet'}"
    yield f"length    {length_of(one['duration_ms'])}, {one['size']} bytes encrypted in {one['chunks']} chunks"
    if not one["complete"] and one["ended_at"]:
        yield "          its recorder was lost: the last second is missing"
    for name in ("pauses", "silence"):
        if one[name]:
            spans = ", ".join(f"{length_of(a)} to {'now' if b < 0 else length_of(b)}" for a, b in one[name])
            yield f"{name:<9} {spans}"
    yield f"redacted  {one['redacted_at'] or 'not yet: it cannot be played'}"
    yield f"kept      {one['store']}, its key wrapped by {one['key_id']}"


def state_of(one: Told) -> str:
    """One word or two, with the reason where there is one."""
    return f"{one['state']} ({one['reason'].replace('_', ' ')})" if one["reason"] else one["state"]


def length_of(ms: int) -> str:
    seconds = ms // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


def _line(one: Told) -> tuple[str, ...]:
    began = (one["started_at"] or one["ordered_at"])[:19].replace("T", " ")
    return one["id"], one["call_id"], began, length_of(one["duration_ms"]), one["state"], _remark(one)


def _remark(one: Told) -> str:
    if one["continues"]:
        return f"goes on where {one['continues']} broke off"
    return "" if one["complete"] or not one["ended_at"] or one["state"] == "erased" else "broke off"
