"""Agents as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_HEAD = ("id", "name", "answers", "transfers", "captures", "changed")
_VERSIONS = ("version", "published", "by", "note")
_LONGEST = 100
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}


def table_of(agents: Sequence[Told]) -> Iterator[str]:
    """A line for each under a line of headings; nothing for none."""
    if agents:
        yield from aligned([_HEAD, *(_cells(one) for one in agents)])


def line_of(agent: Told) -> str:
    return f"{agent['id']}  {plain(agent['name'])}"


def picture_of(agent: Told, version: Told, draft: Told | None) -> Iterator[str]:
    """`version`: the one that is published."""
    yield line_of(agent)
    yield from aligned(list(_rows(agent, version, draft)))


def version_line(version: Told) -> str:
    note = f": {plain(version['note'])}" if version["note"] else ""
    return f"version {version['n']}, published {moment(version['published_at'])}{note}"


def version_table(versions: Sequence[Told]) -> Iterator[str]:
    """The one that calls begin with is marked."""
    rows = [
        (
            f"{one['n']}{' *' if one['published'] else ''}", moment(one["published_at"]), one["by"] or "-",
            plain(one["note"]) or "-",
        )
        for one in versions
    ]  # fmt: skip
    yield from aligned([_VERSIONS, *rows])


def draft_lines(draft: Told, problems: Sequence[str]) -> Iterator[str]:
    yield f"draft, begun on version {draft['begun_on']}, written {moment(draft['draft_at'])}"
    if draft["begun_on"] != draft["published"]:
        yield f"version {draft['published']} has been published since"
    yield from problems
    if problems:
        yield f"{_counted(len(problems), 'problem')}: it cannot be published yet"


def next_of(agent_id: str, draft: Told) -> str:
    """What to type next."""
    if draft["begun_on"] != draft["published"]:
        return f"gateway agents diff {agent_id}, then: gateway agents draft {agent_id} --drop"
    return f"gateway agents draft {agent_id} FILE.yaml" if draft["problems"] else f"gateway agents publish {agent_id}"


def change_lines(told: Told) -> Iterator[str]:
    """Every change with what was there before it and what after."""
    if not told["changes"]:
        yield f"nothing is different between {_named(told['from'])} and {_named(told['to'])}"
    for one in told["changes"]:
        moved = "  (other order)" if one["kind"] == "moved" else ""
        yield f"{_SIGNS[one['kind']]} {plain(one['field'])}{moved}"
        before = [] if one["kind"] == "added" else _lines(one["before"])
        after = [] if one["kind"] == "removed" else _lines(one["after"])
        yield from (f"    {line[:2]}{plain(line[2:])}" for line in ndiff(before, after) if line[:2] in ("- ", "+ "))


def moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _cells(one: Told) -> tuple[str, ...]:
    counts = [str(len(one[name])) if one[name] else "-" for name in ("dialogue", "transfers", "captures")]
    return (one["id"], plain(one["name"]), *counts, moment(one["updated_at"]))


def _rows(agent: Told, version: Told, draft: Told | None) -> Iterator[tuple[str, str]]:
    yield "version", version_line(version).removeprefix("version ")
    yield "greeting", _short(agent["greeting"])
    yield "model", _short(agent["instructions"] or "no instructions")
    yield from _each("answers", ((one["intent"], one["phrases"], one["say"]) for one in agent["dialogue"]))
    yield "else", _short(agent["fallback_say"])
    yield from _each("transfers", ((one["name"], one["phrases"], one["target_id"]) for one in agent["transfers"]))
    yield from _each("captures", ((one["name"], one["phrases"], one["when"]) for one in agent["captures"]))
    yield from _each("flows", ((one["name"], one["phrases"], _states(one)) for one in agent.get("flows", ())))
    yield from _each("tools", ((one["name"], [], one["when"]) for one in agent.get("tools", ())))
    if draft is not None:
        told = _counted(len(draft["problems"]), "problem") if draft["problems"] else "nothing is wrong with it"
        yield "draft", f"begun on version {draft['begun_on']}; {told}"


def _each(head: str, entries: Iterator[tuple[str, Sequence[str], str]]) -> Iterator[tuple[str, str]]:
    for name, phrases, rest in entries:
        said = f" ({', '.join(phrases)})" if phrases else ""
        yield head, _short(f"{name}{said}: {rest}")
        head = ""


def _states(flow: Told) -> str:
    """`when: day (date), hour (time); done`."""
    fields = (", ".join(f"{one['name']} ({one['type']})" for one in state["fields"]) for state in flow["states"])
    each = zip((state["name"] for state in flow["states"]), fields, strict=True)
    return "; ".join(f"{name}: {asked}" if asked else name for name, asked in each)


def _short(text: str) -> str:
    said = plain(" ".join(text.split()))
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return [", ".join(value)]
    return [json.dumps(value, ensure_ascii=False)]


def _named(what: str) -> str:
    return "the draft" if what == "draft" else f"version {what}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
