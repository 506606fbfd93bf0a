"""Texts with holes: `{order}` is filled in by a model, `{secret:CRM_KEY}` from what an operator has stored. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

SECRET = "secret:"  # noqa: S105 - how the name of one begins
SECRET_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$"  # noqa: S105
_HOLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def holes(text: str) -> list[str]:
    """What stands in braces, in order. Raises ValueError for a brace alone and for what is no name."""
    if set(_HOLE.sub("", text)) & set("{}"):
        raise ValueError("a brace stands alone; write {name} or {secret:NAME}")
    found = [match[1] for match in _HOLE.finditer(text)]
    for one in found:
        fits = re.match(SECRET_NAME, one.removeprefix(SECRET)) if is_secret(one) else _NAME.fullmatch(one)
        if not fits:
            raise ValueError("what stands in braces is no name; write {name} or {secret:NAME}")
    return found


def is_secret(hole: str) -> bool:
    return hole.startswith(SECRET)


def filled(text: str, value: Callable[[str], str]) -> str:
    """`value` is asked for each hole, once for each time that it stands there."""
    return _HOLE.sub(lambda match: value(match[1]), text)
