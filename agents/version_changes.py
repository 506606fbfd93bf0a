"""What is different between two versions of an agent: changes by field path. Pure.

Entries of a list that have names (`name`, `intent`) are compared with the entry of the same name, wherever it stands:
`dialogue.opening_hours.say`. Other lists are compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

NAMES = ("name", "intent")
Kind = Literal["added", "removed", "changed", "moved"]


class Change(BaseModel):
    """`moved`: the same entries in another order, by their names."""

    field: str = Field(description="dialogue.opening_hours.say")
    kind: Kind
    before: Any = Field(default=None, description="null when it was added")
    after: Any = Field(default=None, description="null when it was removed")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """In the order of the fields before, then of those that are new."""
    return list(_of_fields("", before, after))


def _of_fields(place: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in (*before, *(one for one in after if one not in before)):
        field = f"{place}.{name}" if place else name
        if name not in after:
            yield Change(field=field, kind="removed", before=before[name])
        elif name not in before:
            yield Change(field=field, kind="added", after=after[name])
        else:
            yield from _of_values(field, before[name], after[name])


def _of_values(field: str, before: Any, after: Any) -> Iterator[Change]:
    if _same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_fields(field, before, after)
        return
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        yield Change(field=field, kind="changed", before=before, after=after)
        return
    yield from _of_fields(field, old, new)
    stayed = [[name for name in one if name in old and name in new] for one in (old, new)]
    if stayed[0] != stayed[1]:
        yield Change(field=field, kind="moved", before=stayed[0], after=stayed[1])


def _same(before: Any, after: Any) -> bool:
    """`true` is not 1, though Python says so."""
    return before == after and isinstance(before, bool) is isinstance(after, bool)


def _by_name(entries: Any) -> dict[str, Mapping[str, Any]] | None:
    """Each under its name; None when it is no list of entries that each have one of their own."""
    if not isinstance(entries, list):
        return None
    named = {_name(one): one for one in entries}
    return named if len(named) == len(entries) and "" not in named else None


def _name(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return ""
    names: Sequence[Any] = [entry[one] for one in NAMES if one in entry]
    return names[0] if names and isinstance(names[0], str) else ""
