"""Screening as it looks in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "list", "kind", "value", "until", "note")
_LISTS = ("name", "numbers", "imported", "sha256")


def entry_table(entries: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if entries:
        yield from aligned([_HEAD, *(_entry(one) for one in entries)])


def entry_line(entry: Told) -> str:
    return "  ".join(cell for cell in _entry(entry) if cell)


def list_table(lists: Sequence[Told]) -> Iterator[str]:
    if lists:
        rows = [(one["name"], str(one["numbers"]), one["imported_at"][:19], one["sha256"][:12]) for one in lists]
        yield from aligned([_LISTS, *rows])


def rejected_lines(rejected: Sequence[Told]) -> Iterator[str]:
    for one in rejected:
        yield f"line {one['line']}: {plain(one['reason'])}"


def refusal_lines(refusal: Told) -> Iterator[str]:
    """When, the answer, who called whom; why; what to do if it was wrong."""
    pii = refusal["pii"]
    who = f"  {plain(pii['caller']) or 'no number'} → {plain(pii['number'])}" if pii else ""
    yield f"{refusal['at'][:19]}  {refusal['sip_code'] or '-'}  {refusal['slug']}{who}  {refusal['call_id']}"
    yield f"    {refusal['sentence']}"
    if failed := [check for check in refusal["checks"] if not check["passed"]]:
        yield f"    {failed[-1]['name']}: {failed[-1]['reason']}{_decided_by(refusal['decided_by'])}"
    yield f"    if it was wrong: {plain(refusal['todo'])}"


def _decided_by(by: Told | None) -> str:
    if by is None:
        return ""
    note = f": {plain(by['note'])}" if by["note"] else ""
    return f" ({plain(by['id'])}{note})"


def _entry(one: Told) -> tuple[str, ...]:
    until = (one["expires_at"] or "")[:19]
    return (one["id"], one["list"], one["kind"], one["value"] or "hidden", until, plain(one["note"]))
