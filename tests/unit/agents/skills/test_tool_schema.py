"""The parameters of a tool: which schemas are taken, and what a model is told of arguments that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from agents.tool_schema import MOST_BYTES, check_parameters, closed, faults, is_quick

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{6}$"},
        "lines": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": 3},
        "day": {"type": "string", "format": "date"},
        "how": {"type": "string", "enum": ["post", "shop"]},
        "to": {"type": "object", "properties": {"street": {"type": "string"}}, "required": ["street"]},
    },
    "required": ["order"],
}
GOOD: dict[str, Any] = {
    "order": "AB123456", "lines": [1, 2], "day": "2026-11-22", "how": "post", "to": {"street": "Main"},
}  # fmt: skip


def of(**field: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": field}}


def deep(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        inner = {"type": "object", "properties": {"x": inner}}
    return inner


def test_an_ordinary_schema_is_taken_and_fits_its_arguments() -> None:
    check_parameters(ORDER)
    assert faults(ORDER, GOOD) == []


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({}, '"type": "object"'),
        ({"type": "array", "items": {"type": "string"}}, '"type": "object"'),
        ({"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1/x"}}}, r"parameters\.x: \$ref is not known"),
        ({"type": "object", "$defs": {}}, "parameters: .*defs is not known"),
        (of(), "needs a type"),
        (of(type=["string", "null"]), "needs a type"),
        (of(type="string", pattern="^(a+)+$"), "pattern"),
        (of(type="string", pattern="a*"), "pattern"),
        (of(type="string", pattern=5), "pattern"),
        (of(type="string", format="ipv9"), "format: one of date"),
        (of(type="string", minLength=-1), r"parameters\.properties\.x\.minLength"),
        (of(type="string", enum=[{"a": 1}]), "only texts"),
        (of(type="object", additionalProperties={"type": "string"}), "true or false"),
        (of(type="number", minimum=float("nan")), "JSON"),
        ({"type": "object", "properties": [1]}, "has to be an object"),
        ({"type": "object", "properties": {"a b": {"type": "string"}}}, "'a b' is no name"),
        ({"type": "object", "properties": {"x": True}}, r"parameters\.x: a schema is an object"),
        ({"type": "object", "properties": {}, "required": ["x"]}, "x is none of the properties"),
        (deep(5), "nested deeper"),
        (deep(3000), "nested deeper"),
        ({"type": "object", "properties": {f"x{n}": {"type": "string"} for n in range(51)}}, "more than 50 fields"),
        (of(type="string", description="x" * MOST_BYTES), "longer than"),
    ],
)
def test_a_schema_that_no_tool_may_have_is_refused_with_its_place(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_parameters(schema)


def test_four_levels_are_deep_enough() -> None:
    check_parameters(deep(4))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"order": None}, "order has to be of type string"),
        ({"order": "12"}, "order has to look like ^[A-Z]{2}[0-9]{6}$"),
        ({"lines": [1, 0]}, "lines.1 breaks the rule minimum: 1"),
        ({"lines": [1, 1, 1, 1]}, "lines breaks the rule maxItems: 3"),
        ({"day": "tomorrow"}, 'day breaks the rule format: "date"'),
        ({"how": "fax"}, 'how has to be one of ["post", "shop"]'),
        ({"to": {}}, "street is missing"),
        ({"colour": "red"}, "colour is no parameter"),
        ({"to": {"street": "Main", "town": "Rome"}}, "town is no parameter"),
        ({"order": "x" * MOST_BYTES}, f"the arguments are longer than {MOST_BYTES} bytes"),
    ],
)
def test_what_is_wrong_is_told_in_words(change: dict[str, Any], says: str) -> None:
    assert faults(ORDER, GOOD | change) == [says]


def test_what_is_missing_is_told_once_and_values_are_not_repeated() -> None:
    both = {**ORDER, "required": ["order", "how"]}
    assert faults(both, {}) == ["order, how is missing"]
    assert "4111" not in str(faults(ORDER, {"order": "4111", "how": "4111", "lines": ["4111"]}))


def test_an_object_is_closed_unless_it_says_otherwise() -> None:
    told = closed(ORDER)
    assert told["additionalProperties"] is False and told["properties"]["to"]["additionalProperties"] is False
    assert "additionalProperties" not in ORDER
    assert closed(of(type="object", additionalProperties=True))["properties"]["x"]["additionalProperties"] is True


@pytest.mark.parametrize(
    "pattern", [r"^[0-9]{4}$", r"^\+?[0-9]{6,15}$", r"^[A-Z]{2}-?\d+$", "^[^@]+@x$", "^$", r"^a\.b"]
)
def test_plain_patterns_are_quick(pattern: str) -> None:
    assert is_quick(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^(a|b)$", r"^a*a*$", r"^[0-9]+[a-z]+$", "[0-9]", r"^\1", "^a|b", "^" + "a?" * 30, "^a{2,}b{2,}", "^["]
)
def test_patterns_that_may_take_long_are_not(pattern: str) -> None:
    assert not is_quick(pattern)
