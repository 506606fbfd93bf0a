"""A decision of the gate as it looks in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_CHECKS = ("check", "result", "")
_RULES = ("rule", "since", "standing", "until", "source")
_MOST_NAMED = 6
_STANDING = {"read": "", "to_check": "to be checked", "secondary": "second-hand"}


def decision_lines(decision: Told) -> Iterator[str]:
    """The verdict; where they may be; a line for each check; a line for each rule that stands against the call."""
    voice = "a voice made by AI" if decision["ai_voice"] else "a human voice"
    yield f"{decision['verdict']}{_when(decision)}  {decision['purpose']}, {voice}, {_instant(decision['at'])}"
    known_by = ", ".join(decision["evidence"])
    yield f"may be in {_several(decision['places'])}, zones {_several(decision['zones'])} ({known_by})"
    yield ""
    yield from aligned([_CHECKS, *((one["name"], one["result"], plain(one["says"])) for one in decision["checks"])])
    if decision["reasons"]:
        yield ""
        yield from aligned([_RULES, *(_rule(one) for one in decision["reasons"])])


def _rule(one: Told) -> tuple[str, ...]:
    since = one["effective"] or "-"
    until = _instant(one["until"]) if one["until"] else "-"
    return (f"{one['rule']}@{one['version']}", since, _STANDING[one["standing"]] or "-", until, plain(one["source"]))


def _when(decision: Told) -> str:
    return f", and allowed from {_instant(decision['next_at'])} on" if decision["next_at"] else ""


def _instant(text: str) -> str:
    return f"{text[:16].replace('T', ' ')} UTC"


def _several(names: Sequence[str]) -> str:
    known = [name or "unknown" for name in names]
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more if known else "unknown"
