"""Texts with holes: `{order}` is filled in by a model, `{secret:CRM_KEY}` from what an operator has stored. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

SECRET = "secret:"  # noqa: S105 - how the name of one begins
SECRET_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$"  # noqa: S105
_HOLE = re.compile(r"\{([^{}]*)\}")
KEPT_BACK = "[secret]"
_LONG_PART = 8  # characters; a shorter part may be an ordinary word
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
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


def legible(text: str) -> str:
    """`text` in one line, without what nobody can say or read: controls, marks of direction, lone surrogates."""
    return " ".join(seen(text).split())


def seen(text: str) -> str:
    """The same with its lines."""
    return "".join(one if one == "\n" or unicodedata.category(one) not in _UNSEEN else " " for one in text)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """`text` without those that whoever was asked sends back: as they are, in JSON, in a URL; of "Bearer x" x too."""
    for secret in secrets:
        parts = {secret, *(part for part in secret.split() if len(part) >= _LONG_PART)}
        for part in sorted(parts, key=len, reverse=True):
            for written in {part, json.dumps(part)[1:-1], quote(part, safe=""), quote_plus(part)}:
                if written.strip():
                    text = text.replace(written, KEPT_BACK)
    return text
