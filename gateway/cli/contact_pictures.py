"""Contacts and their imports as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_CONTACTS = ("position", "number", "state", "outcome", "attempts", "next", "place", "line", "ref")
_IMPORTS = ("id", "state", "rows", "added", "repeated", "rejected", "encoding", "started", "why")


def contact_table(contacts: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if contacts:
        yield from aligned([_CONTACTS, *(_contact(one) for one in contacts)])


def contact_lines(one: Told) -> Iterator[str]:
    """All that is known of one."""
    came = f"{one['import_id']}, line {one['file_line']}" if one["import_id"] else "over REST"
    why = f" ({plain(one['why'])})" if one["why"] else ""
    told = {
        "number": one["number"] or "hidden", "state": one["state"], "outcome": (one["outcome"] or "none yet") + why,
        "attempts": str(one["attempts"]), "not before": one["next_at"][:19], "place": one["place"] or "not known",
        "line": one["line"], "ref": plain(one["ref"]), "came by": came,
    }  # fmt: skip
    yield from aligned([(name, text) for name, text in told.items() if text])
    variables = one["variables"] or {}
    yield from aligned([(f"  {name}", plain(text)) for name, text in variables.items()])


def import_table(imports: Sequence[Told]) -> Iterator[str]:
    if imports:
        yield from aligned([_IMPORTS, *(_import(one) for one in imports)])


def import_lines(one: Told) -> Iterator[str]:
    """What came of each row of the file."""
    yield f"{one['id']}  {one['rows']:,} rows, read as {one['encoding']}, sha256 {one['sha256'][:12]}"
    counts = ("added", "repeated", "rejected")
    yield from aligned([counts, tuple(f"{one[name]:,}" for name in counts)])


def rejected_line(one: Told) -> str:
    field = f"{plain(one['field'])}: " if one["field"] else ""
    return f"line {one['line']}: {field}{plain(one['reason'])}"


def _contact(one: Told) -> tuple[str, ...]:
    return (
        str(one["position"]), one["number"] or "hidden", one["state"], one["outcome"] or "", str(one["attempts"]),
        one["next_at"][:19] if one["state"] == "waiting" else "", one["place"] or "", one["line"], plain(one["ref"]),
    )  # fmt: skip


def _import(one: Told) -> tuple[str, ...]:
    counts = (f"{one[name]:,}" for name in ("rows", "added", "repeated", "rejected"))
    return (one["id"], one["state"], *counts, one["encoding"], one["started_at"][:19], plain(one["why"]))
