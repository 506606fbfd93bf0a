"""JSON as a signed token may have it: one meaning only, and small enough to be read safely. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from compliance.stir_shaken.faults import invalid

DEEPEST = 8
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[{]|[\]}]")


class _Refused(ValueError):
    pass


def read_object(raw: bytes, what: str) -> dict[str, Any]:
    """`raw` as an object. Raises Fault 438 for anything else, a member that comes twice, NaN, or a nesting bomb."""
    if _depth(raw) > DEEPEST:
        raise invalid("json_depth", f"the {what} is nested more than {DEEPEST} deep")
    try:
        read = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        if b"\\u" in raw:
            json.dumps(read, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except _Refused as error:
        raise invalid("json_ambiguous", f"the {what} {error}") from error
    except (ValueError, RecursionError) as error:
        raise invalid("json", f"the {what} is not JSON") from error
    if not isinstance(read, dict):
        raise invalid("json_object", f"the {what} is not a JSON object")
    return read


def _depth(raw: bytes) -> int:
    if raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return 0
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _Refused("names a member twice")
    return read


def _no_constant(name: str) -> Any:
    raise _Refused(f"has {name}, which is no number")
