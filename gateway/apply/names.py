"""What we call things at carriers and in plans, so that they are found again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_TAG = 64


def tag_of_trunk(installation: str, name: str) -> str:
    return f"{installation}:trk:{name}"[:LONGEST_TAG]


def tag_of_number(installation: str, name: str) -> str:
    return f"{installation}:num:{name}"[:LONGEST_TAG]


def is_ours(installation: str, tag: str) -> bool:
    return tag.startswith((f"{installation}:trk:", f"{installation}:num:"))


def differing(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted fields that are otherwise; the order of lists says nothing."""
    return {name: value for name, value in wanted.items() if not _alike(value, there.get(name))}


def _alike(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, list) and isinstance(there, list):
        return sorted(map(repr, wanted)) == sorted(map(repr, there))
    if isinstance(wanted, dict) and isinstance(there, dict):  # a field of its own that is not named has its default
        return all(_alike(value, there.get(name)) for name, value in wanted.items())
    return wanted == there
