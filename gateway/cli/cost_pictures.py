"""Costs as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("calls", "minutes", "billed", "a minute", "estimated", "unpriced", "numbers, monthly")


def cost_lines(told: Told) -> Iterator[str]:
    """A line per group, one more for each further currency, and the total."""
    yield f"{told['since'][:16]} to {told['until'][:16]} (UTC)"
    if not told["groups"]:
        yield "no calls and no fees; records are read every few minutes: gateway carriers list"
        return
    rows = [(told["by"], *_HEAD)]
    for group in told["groups"]:
        rows += _rows(plain(group["name"]) or "(none)", group)
    yield from aligned([*rows, *_rows("all", told["total"])])


def finding_lines(told: Told) -> Iterator[str]:
    """Two lines each: what was found, and the next step."""
    for one in told["data"]:
        which = one["call_id"] or one["remote_id"]
        yield f"{one['at'][:16]}  {plain(one['words'])}" + (f"  {plain(which)}" if which else "")
        yield f"  next: {plain(one['todo'])}"
    if not told["data"]:
        yield f"nothing: since {told['since'][:16]} every call is known to both sides, as far as records have come"
    if told["more"]:
        yield "there are more; ask for a shorter time: --since, --until"


def call_lines(told: Told) -> Iterator[str]:
    amounts = [f"{one[told['cost']]} {one['currency']}" for one in told["amounts"] if told["cost"] != "unknown"]
    yield f"{told['call_id']}  {', '.join(amounts) or 'unknown'}  {told['says']}"
    for one in told["records"]:
        price = f"{one['price']} {one['currency']}" if one["price"] is not None else "no price yet"
        yield f"  {plain(one['remote_id'])}  {one['seconds']} s  {price}  joined by {_JOINED[one['joined_by']]}"


_JOINED = {"call_id": "its SIP Call-ID", "numbers": "numbers, time and length"}


def _rows(name: str, one: Told) -> list[tuple[str, ...]]:
    monthly = ", ".join(f"{fee['amount']} {fee['currency']} ({fee['numbers']})" for fee in one["monthly"]) or "-"
    counts = (str(one["calls"]), str(one["minutes"]))
    unpriced = str(one["unpriced"]) if one["unpriced"] else "-"
    amounts: Sequence[Told] = one["amounts"]
    if not amounts:
        return [(name, *counts, "-", "-", "-", unpriced, monthly)]
    first, *rest = [_money(amount) for amount in amounts]
    return [(name, *counts, *first, unpriced, monthly), *(("", "", "", *more, "", "") for more in rest)]


def _money(amount: Told) -> tuple[str, str, str]:
    def told(text: str | None) -> str:
        return f"{text} {amount['currency']}" if text is not None and text.strip("0.") else "-"

    return told(amount["billed"]), told(amount["per_minute"]), told(amount["estimated"])
