"""Whether what happened is what was expected: one finding for each thing that was. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.rehearsals.expected import Ending, Expected, Recorded, Says, ToolUsed
from gateway.rehearsals.story import Story, ToolUse

NOTHING = "nothing"
MOST_SHOWN = 300  # characters of what was found


@dataclass(frozen=True)
class Finding:
    """`met` is None for what nobody has judged, which is no success."""

    expected: str
    met: bool | None
    found: str = ""


def after_step(expected: Expected, part: Story, answered_after_s: float | None) -> list[Finding]:
    """`part`: what happened from this step to the next; `answered_after_s` is None where nothing was heard in time."""
    found = list(_words(expected.says, part)) if expected.says else []
    if expected.tool:
        found.append(_tool(expected.tool, part))
    for what in ("transfer", "capture"):
        if name := getattr(expected, what):
            begun = [one.name for one in part.asked if one.what == what]
            found.append(Finding(f"{what} {name}", name in begun, ", ".join(begun) or NOTHING))
    if expected.within_s is not None:
        took = "no answer was heard" if answered_after_s is None else f"{answered_after_s:.2f} s"
        met = answered_after_s is not None and answered_after_s <= expected.within_s
        found.append(Finding(f"answers within {expected.within_s:g} s", met, took))
    return found


def after_call(ending: Ending, story: Story) -> list[Finding]:
    """All but the judge's questions."""
    found: list[Finding] = []
    if ending.by:
        found.append(Finding(f"{ending.by} hangs up", story.ended_by == ending.by, story.ended_by or "nobody did"))
    if ending.outcome:
        found.append(Finding(f"ends as {ending.outcome}", story.outcome == ending.outcome, story.outcome or "not over"))
    found += [_recorded(one, story) for one in ending.record]
    for text in ending.not_in_record:
        there = text in story.whole
        found.append(Finding(f"not in the record: {text}", not there, "it is there" if there else "it is not there"))
    return found


def _words(says: Says, part: Story) -> Iterator[Finding]:
    lines = [one.text for one in part.turns if one.speaker == "agent"]
    heard = _plain(" ".join(lines))
    shown = _shown(" | ".join(lines))
    for phrase in says.all:
        yield Finding(f"says “{phrase}”", _plain(phrase) in heard, shown)
    if says.any:
        yield Finding(f"says one of: {', '.join(says.any)}", any(_plain(one) in heard for one in says.any), shown)
    for phrase in says.none:
        yield Finding(f"does not say “{phrase}”", _plain(phrase) not in heard, shown)
    if says.matches:
        yield Finding(f"says /{says.matches}/", bool(re.search(says.matches, " ".join(lines), re.IGNORECASE)), shown)
    if says.nothing:
        yield Finding("says nothing", not lines, shown)


def _tool(wanted: ToolUsed, part: Story) -> Finding:
    used = [one for one in part.tools if one.name == wanted.name]
    met = any(_holds(one.arguments or {}, wanted.arguments) for one in used)
    arguments = ", ".join(f"{name}: {value}" for name, value in wanted.arguments.items())
    return Finding(
        f"uses {wanted.name}({arguments})", met, _shown(", ".join(map(_use, part.tools))) or "no tool was used"
    )


def _use(one: ToolUse) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in (one.arguments or {}).items())
    return f"{one.name}({arguments if one.arguments is not None else '…'}){'' if one.ok else ' failed'}"


def _recorded(wanted: Recorded, story: Story) -> Finding:
    of_kind = [one for one in story.record if one.kind == wanted.kind]
    fitting = [one for one in of_kind if _holds(one.body, wanted.body)]
    body = ", ".join(f"{name}: {value}" for name, value in wanted.body.items())
    times = "" if wanted.times is None else f" {wanted.times} times"
    found = f"{len(fitting)} times"
    if not fitting and of_kind and wanted.body:
        found = _shown("; ".join(str({name: one.body.get(name) for name in wanted.body}) for one in of_kind))
    met = len(fitting) == wanted.times if wanted.times is not None else bool(fitting)
    return Finding(f"the record has {wanted.kind}{f' ({body})' if body else ''}{times}", met, found)


def _holds(there: Any, wanted: Any) -> bool:
    """At least what is wanted, at any depth."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            name in there and _holds(there[name], value) for name, value in wanted.items()
        )
    return there == wanted


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _shown(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
