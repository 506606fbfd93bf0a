"""The parameters of a tool: a small, closed part of JSON Schema 2020-12, checked when written and when used. Pure.

No references (they would be fetched), no combinations (models fill them in badly), and no regular expression that can
take long: what a caller says ends up in these values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker, SchemaError
from jsonschema.exceptions import ValidationError

DEEPEST = 5  # objects and lists within each other
MOST_FIELDS = 50
MOST_BYTES = 8192  # of a schema, and of what a model fills in
FAULTS_TOLD = 3
SCALARS = ("string", "integer", "number", "boolean")

_TYPES = (*SCALARS, "object", "array")
_KEYWORDS = {
    "type", "title", "description", "properties", "required", "additionalProperties", "enum", "const", "default",
    "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "items", "minItems", "maxItems", "uniqueItems",
}  # fmt: skip
_PLAIN = ("enum", "const", "default")
_FORMATS: dict[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "date-time": datetime.fromisoformat,
    "uuid": UUID,
}
_PIECE = re.compile(
    r"(?:\\[dwDWs.\-+/]|\[\^?(?:[^\]\\\[]|\\[dws.\-\]])+\]|[^\\()\[\]{}|*+?^$])(\{(\d{1,3})(?:(,)(\d{0,3}))?\}|[*+?])?"
)
_MOST_TRIES = 100_000
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def check_parameters(schema: Mapping[str, Any]) -> None:
    """Raises ValueError, which says where and what, for a schema that no tool may have."""
    if schema.get("type") != "object":
        raise ValueError('the parameters of a tool are an object: write "type": "object"')
    if _count(schema, "parameters", 1) > MOST_FIELDS:
        raise ValueError(f"the parameters have more than {MOST_FIELDS} fields")
    if len(json.dumps(schema, allow_nan=False)) > MOST_BYTES:
        raise ValueError(f"the parameters are longer than {MOST_BYTES} bytes")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = ".".join(("parameters", *map(str, error.absolute_path)))
        raise ValueError(f"{place}: {error.message}") from error


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as it is told and checked: an object has no other fields unless it says so."""
    shut = dict(schema)
    if shut.get("type") == "object":
        shut["properties"] = {name: closed(one) for name, one in schema.get("properties", {}).items()}
        shut.setdefault("additionalProperties", False)
    if "items" in shut:
        shut["items"] = closed(shut["items"])
    return shut


def faults(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """What is wrong with the arguments, in words for a model and without the values; none: nothing."""
    if len(json.dumps(arguments)) > MOST_BYTES:
        return [f"the arguments are longer than {MOST_BYTES} bytes"]
    found = Draft202012Validator(closed(schema), format_checker=_checker()).iter_errors(arguments)
    return list(dict.fromkeys(_words(error) for error in found))[:FAULTS_TOLD]


def _count(schema: Any, place: str, depth: int) -> int:
    """How many fields there are. Looks no deeper than is allowed, whatever it is given."""
    if not isinstance(schema, Mapping):
        raise ValueError(f"{place}: a schema is an object")
    if depth > DEEPEST:
        raise ValueError(f"{place}: nested deeper than {DEEPEST}")
    if unknown := sorted(map(str, schema.keys() - _KEYWORDS)):
        raise ValueError(f"{place}: {unknown[0]} is not known here; there are {', '.join(sorted(_KEYWORDS))}")
    if schema.get("type") not in _TYPES:
        raise ValueError(f"{place}: it needs a type, one of {', '.join(_TYPES)}")
    for keyword in _PLAIN:
        given = schema.get(keyword)
        if any(isinstance(one, Mapping | list) for one in (given if isinstance(given, list) else [given])):
            raise ValueError(f"{place}.{keyword}: only texts, numbers and booleans")
    _check_text(schema, place)
    if not isinstance(schema.get("additionalProperties", False), bool):
        raise ValueError(f"{place}.additionalProperties: true or false")
    fields = schema.get("properties", {})
    if not isinstance(fields, Mapping):
        raise ValueError(f"{place}.properties: it has to be an object")
    if strange := [name for name in fields if not _FIELD.fullmatch(str(name))]:
        raise ValueError(f"{place}: {strange[0]!r} is no name of a field: letters, digits, _ and -, at most 64")
    if missing := [name for name in _texts(schema.get("required", [])) if name not in fields]:
        raise ValueError(f"{place}.required: {missing[0]} is none of the properties")
    count = sum(1 + _count(one, f"{place}.{name}", depth + 1) for name, one in fields.items())
    return count + (_count(schema["items"], f"{place}.items", depth + 1) if "items" in schema else 0)


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _check_text(schema: Mapping[str, Any], place: str) -> None:
    pattern = schema.get("pattern")
    if pattern is not None and not (isinstance(pattern, str) and is_quick(pattern)):
        raise ValueError(
            f"{place}.pattern: it begins with ^, and has characters, [sets], \\d, \\w and counts, no (groups) and no "
            "two * or +"
        )
    if schema.get("format") not in (None, *_FORMATS):
        raise ValueError(f"{place}.format: one of {', '.join(_FORMATS)}")


def is_quick(pattern: str) -> bool:
    """Whether a regular expression is so plain that no text makes it search for long."""
    if not pattern.startswith("^"):
        return False
    rest, tries = pattern[1:].removesuffix("$"), 1
    while rest:
        piece = _PIECE.match(rest)
        if piece is None:
            return False
        tries *= _ways(piece)
        rest = rest[piece.end() :]
    return tries <= _MOST_TRIES


def _ways(piece: re.Match[str]) -> int:
    count, least, comma, most = piece.groups()
    if not count or (least and not comma):
        return 1
    if count == "?":
        return 2
    return MOST_BYTES if count in "*+" or not most else max(int(most) - int(least) + 1, 1)


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, read in _FORMATS.items():

        def fits(value: object, read: Callable[[str], object] = read) -> bool:
            return not isinstance(value, str) or read(value) is not None

        checker.checks(name, raises=ValueError)(fits)
    return checker


def _words(error: ValidationError) -> str:
    place = ".".join(map(str, error.absolute_path)) or "the arguments"
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            return f"{', '.join(one for one in wanted if one not in _mapping(error.instance))} is missing"
        case "additionalProperties":
            known = _mapping(_mapping(error.schema).get("properties"))
            return f"{', '.join(sorted(_mapping(error.instance).keys() - known.keys()))} is no parameter"
        case "type":
            return f"{place} has to be of type {wanted}"
        case "enum":
            return f"{place} has to be one of {json.dumps(wanted)}"
        case "pattern":
            return f"{place} has to look like {wanted}"
        case rule:
            return f"{place} breaks the rule {rule}: {json.dumps(wanted)}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
