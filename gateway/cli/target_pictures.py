"""Transfer targets as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "name", "kind", "where", "rings", "skills", "agents", "people")
_STRATEGIES = {
    "in_order": "one after the other",
    "all_at_once": "all at once",
    "longest_idle": "who has waited longest first",
}


def table_of(targets: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if targets:
        yield from aligned([_HEAD, *(_cells(one) for one in targets)])


def line_of(target: Told) -> str:
    return f"{target['id']}  {plain(target['name'])}  {_where(target)}"


def picture_of(target: Told, members: Mapping[str, Told]) -> Iterator[str]:
    """`members`: those of a team, by id."""
    off = "" if target["enabled"] else "  (switched off)"
    yield f"{target['id']}  {plain(target['name'])}{off}"
    if target["kind"] == "team":
        yield f"rings     {_STRATEGIES[target['strategy']]}"
        yield from aligned([_member(place, members[name]) for place, name in _placed(target) if name in members])
    else:
        yield f"rings     {_where(target)} for {target['ring_s']} s"
        yield f"skills    {', '.join(target['skills']) or 'none'}"
        yield f"machines  {'told from people' if target['voicemail_detection'] else 'not told from people'}"
    yield f"senders   agents: {', '.join(target['allowed_agents']) or 'none'}"
    yield f"          operators and administrators: {_yes(target['operators_may_send'])}"


def _placed(target: Told) -> Iterator[tuple[int, str]]:
    return enumerate(target["members"], start=1)


def _member(place: int, member: Told) -> tuple[str, ...]:
    ring = f"{member['ring_s']} s" if member["enabled"] else "switched off"
    skills = ", ".join(member["skills"])
    return (f"      {place:>3}", plain(member["name"]), _where(member), ring, skills, member["id"])


def _cells(target: Told) -> tuple[str, ...]:
    is_team = target["kind"] == "team"
    return (
        target["id"],
        plain(target["name"]) + ("" if target["enabled"] else " (off)"),
        target["kind"],
        _where(target),
        "" if is_team else f"{target['ring_s']} s",
        ", ".join(target["skills"]) or "-",
        str(len(target["allowed_agents"]) or "none"),
        _yes(target["operators_may_send"]),
    )


def _where(target: Told) -> str:
    match target["kind"]:
        case "team":
            return f"{len(target['members'])} members, {_STRATEGIES[target['strategy']]}"
        case "operator":
            return f"browser of {target['identity']}"
        case _:
            return target["number"] or target["uri"] or "a number that this key may not see"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
