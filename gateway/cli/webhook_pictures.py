"""Webhooks as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "name", "url", "events", "waiting", "dead", "")
_DELIVERIES = ("id", "event", "call", "at", "state", "attempts", "last")


def webhook_table(webhooks: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if webhooks:
        yield from aligned([_HEAD, *(_webhook(one) for one in webhooks)])


def delivery_table(deliveries: Sequence[Told]) -> Iterator[str]:
    if deliveries:
        yield from aligned([_DELIVERIES, *(_delivery(one) for one in deliveries)])


def created(webhook: Told) -> Iterator[str]:
    yield f"{webhook['id']}  {plain(webhook['name'])}  {plain(webhook['url'])}"
    yield from secret_lines(webhook["secret"])


def secret_lines(secret: str) -> Iterator[str]:
    yield f"secret, shown this once: {secret}"


def _webhook(one: Told) -> tuple[str, ...]:
    off = f"off: {one['off_reason']}" if one["off_reason"] else "off"
    return (
        one["id"],
        plain(one["name"]),
        plain(one["url"]),
        ", ".join(one["events"]) or "all",
        str(one["waiting"]),
        str(one["dead"]),
        ("" if one["enabled"] else plain(off)) or ("with numbers" if one["personal"] else ""),
    )


def _delivery(one: Told) -> tuple[str, ...]:
    return (
        one["id"],
        one["type"],
        one["call_id"],
        one["at"][:19],
        one["status"],
        str(one["attempts"]),
        plain(one["last_problem"]) or (str(one["last_status"]) if one["last_status"] else "-"),
    )
