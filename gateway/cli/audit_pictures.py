"""The ledger as it looks in a terminal. Pure: what is known in, lines out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.ledger.findings import Report
from gateway.cli.columns import aligned, plain

_HEAD = ("entry", "at", "kind", "actor", "call", "facts")
_WIDEST = 100


def entry_table(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if entries:
        yield from aligned([_HEAD, *(_entry(one) for one in entries)])


def checkpoint_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The note, and nothing else of it, so that it can be kept as it stands."""
    yield from str(told["note"]).rstrip("\n").split("\n")
    if told["consistency"] is not None:
        yield from (
            "",
            f"it goes on from the older tree: {' '.join(told['consistency']) or 'the same, or an empty one'}",
        )
    if told["problem"]:
        yield from ("", f"newer entries are not signed: {plain(told['problem'])}")


def report_lines(report: Report, *, key_given: bool) -> Iterator[str]:
    """What was found, the first wrong entry first, then what it was found in."""
    for finding in report.findings:
        yield f"✗ {finding.wrong}: {plain(finding.words)}"
    if report.more_findings:
        yield f"✗ and {report.more_findings} more"
    if report.good:
        proved = (
            "none changed, removed, inserted or moved" if report.whole else "each as it was recorded; a part of all"
        )
        yield f"✓ {_counted(report.entries, 'entry', 'entries')}, {proved}"
    signed = _counted(report.checkpoints, "checkpoint", "checkpoints")
    yield f"  ledger {plain(report.origin) or '?'}, {signed} in the file"
    if report.kept_checkpoints:
        yield f"  and {report.kept_checkpoints} kept elsewhere"
    if report.unreadable:
        yield f"  {_counted(report.unreadable, 'line', 'lines')} of those kept elsewhere cannot be read"
    if report.values or report.erased:
        yield f"  {report.values} personal values, {report.erased} erased"
    for seq, behind in report.clock_steps:
        yield f"  the clock stood {behind / 1000:.1f} s behind at entry {seq}"
    if report.good and not key_given:
        yield f"  the key is the one that the file names; compare it: {plain(report.key)}"


def _entry(one: Mapping[str, Any]) -> tuple[str, ...]:
    facts = json.dumps(one["facts"], ensure_ascii=False, separators=(", ", ": "))[1:-1]
    short = plain(facts if len(facts) <= _WIDEST else facts[: _WIDEST - 1] + "…")
    return str(one["seq"]), one["at"][:19], one["kind"], plain(one["actor"]), one["call_id"] or "-", short


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
