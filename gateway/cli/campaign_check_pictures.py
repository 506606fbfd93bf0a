"""A dry run as it looks in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.campaign_pictures import moment, words
from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("contact", "ref", "may be called", "why not now")
_BY_CHECK = ("against", "contacts")
_CHECKS = {"own_window": "the campaign's window", "not_due": "not due yet", "campaign_over": "the campaign's end"}


def contact_lines(against: Sequence[Told]) -> Iterator[str]:
    """Nothing for none."""
    if against:
        yield from aligned([_HEAD, *(_cells(one) for one in against)])
        yield ""


def summary_lines(summary: Told, campaign_id: str, shown: int) -> Iterator[str]:
    """`shown`: so many of those against whom something stands are shown above."""
    verdicts = summary["verdicts"]
    allow, later, never = verdicts.get("allow", 0), verdicts.get("not_now", 0), verdicts.get("refuse", 0)
    if hidden := later + never - shown:
        yield f"and {hidden:,} more; all of them: gateway campaigns check {campaign_id} --all"
    yield (
        f"{summary['contacts']:,} contacts at {moment(summary['at'])} UTC: {allow:,} may be called, "
        f"{later:,} later, {never:,} not at all"
    )
    if summary["against"]:
        ordered = sorted(summary["against"].items(), key=lambda one: -one[1])
        yield from aligned([_BY_CHECK, *((_CHECKS.get(name, words(name)), f"{count:,}") for name, count in ordered)])
    if summary["never"]:
        yield f"of those later, {summary['never']:,} have no time at which they may be called, as it is known today"
    if summary["first_at"] and not allow:
        yield f"the first may be called at {moment(summary['first_at'])} UTC"
    if summary["broken"]:
        yield f"the check has broken off: {plain(summary['broken'])}"
    for one in summary["to_do"]:
        yield f"before it can start: {plain(one)}"
    if not summary["to_do"] and allow + later:
        yield f"next: gateway campaigns start {campaign_id} --watch"


def _cells(one: Told) -> tuple[str, ...]:
    when = {"refuse": "never", "allow": "now"}.get(one["verdict"]) or (
        f"from {moment(one['next_at'])} UTC" if one["next_at"] else "no time is known"
    )
    return (str(one["position"]), plain(one["ref"]) or "-", when, plain("; ".join(one["reasons"])))
