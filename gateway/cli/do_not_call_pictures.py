"""Do-not-call lists as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_ENTRIES = ("id", "number", "not called for", "in the name of", "since", "heard", "reason")
_LISTS = ("name", "register", "place", "of", "numbers", "repeated", "rejected", "sha256")


def entry_table(entries: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if entries:
        yield from aligned([_ENTRIES, *(_entry(one) for one in entries)])


def entry_line(entry: Told) -> str:
    return "  ".join(cell for cell in _entry(entry) if cell)


def list_table(lists: Sequence[Told]) -> Iterator[str]:
    if lists:
        yield from aligned([_LISTS, *(_list(one) for one in lists)])


def list_line(one: Told) -> str:
    """What came of each line of the file."""
    rest = one["lines"] - one["numbers"] - one["repeated"] - one["rejected"]
    return (
        f"{one['name']}  {one['lines']} lines: {one['numbers']} numbers, {one['repeated']} repeated, "
        f"{one['rejected']} rejected, {rest} without a number  sha256 {one['sha256']}"
    )


def rejected_lines(rejected: Sequence[Told]) -> Iterator[str]:
    for one in rejected:
        yield f"line {one['line']}: {plain(one['reason'])}"


def _entry(one: Told) -> tuple[str, ...]:
    seller = plain(one["seller"]) or "anybody"
    return (
        one["id"], one["number"] or "hidden", one["scope"], seller, one["created_at"][:19], one["heard"],
        plain(one["reason"] or ""),
    )  # fmt: skip


def _list(one: Told) -> tuple[str, ...]:
    counts = (str(one["numbers"]), str(one["repeated"]), str(one["rejected"]))
    return (one["name"], one["register"], one["place"], one["dated"], *counts, one["sha256"][:12])
