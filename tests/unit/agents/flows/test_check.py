"""Flows that do not hang together: refused when a profile is checked, each fault with its field."""

from __future__ import annotations

from typing import Any

import pytest

from agents.demo_profile import DEMO_PROFILE
from agents.drafting import schema_faults
from agents.flows.check import sure_fields
from agents.flows.choice import FlowChoice
from tests.unit.agents.flows.examples import BOOK, DESK, appointment, one_state

A, B = {"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}


def content(flow: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**DEMO_PROFILE, "transfers": [DESK], "tools": [BOOK], "flows": [flow], **fields}


def state(name: str, *then: dict[str, Any], asks: bool = True) -> dict[str, Any]:
    fields = [{"name": f"of_{name}", "type": "yes_no"}] if asks else []
    return {"name": name, "ask": "Yes or no?", "fields": fields, "then": list(then)}


def flow(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "it", "when": "They want it.", "states": list(states), **fields}


def faults(flow: dict[str, Any], **fields: Any) -> dict[str, str]:
    return {one.field: one.what for one in schema_faults(content(flow, **fields))}


def test_the_example_has_none() -> None:
    assert faults(appointment()) == {}


@pytest.mark.parametrize(
    ("wrong", "field", "what"),
    [
        (flow(state("x", {"go": "y"})), "states.0.then.0.go", "there is no state y"),
        (flow(state("x"), state("y")), "states.1", "nothing leads to y"),
        (flow(state("x", {"go": "y"}), state("y", {"go": "x"})), "states.1.then", "no way leads from y to an end"),
        (
            flow(state("x", {"go": "y"}, asks=False), state("y", {"go": "x"}, asks=False)),
            "states.0.then",
            "comes round to itself",
        ),
        (flow(state("x"), state("x")), "states", "two states have the name x"),
        (one_state(A, A), "states", "two fields have the name a"),
        (flow(state("x"), zone="Mars/Base"), "zone", "no time zone"),
        (flow(state("x", {"tool": "fly"})), "states.0.then.0.tool", "the agent has no tool fly"),
        (flow(state("x", {"transfer": "moon"})), "states.0.then.0.transfer", "no transfer moon"),
        (one_state(A, give_up={"transfer": "moon"}), "states.0.give_up.transfer", "no transfer moon"),
        (flow(state("x", {"tool": "book_visit"})), "states.0.then.0.tool", "needs known, which is no field"),
        (
            one_state(A, then=[{"field": "z", "one_of": [1], "done": True}, {"done": True}]),
            "states.0.then.0.field",
            "z",
        ),
        (one_state(A, then=[{"field": "a", "above": 1, "done": True}]), "states.0.then.0", "no condition"),
        (one_state(A, then=[{"done": True}, {"hang_up": True}]), "states.0.then.0", "never looked at"),
        (
            flow(state("x", {"field": "of_x", "one_of": ["maybe"], "done": True}, {"done": True})),
            "states.0.then.0.one_of",
            "of_x is never maybe; it is one of yes, no",
        ),
        (
            flow(state("x", {"field": "of_x", "above": 1, "done": True}, {"done": True})),
            "states.0.then.0",
            "above and below are for integer and money",
        ),
        (one_state({**A, "ask": "Your {order}?"}), "states.0.fields.0.ask", "order is no field of this flow"),
        (one_state(A, read_back="{a"), "states.0.read_back", "a brace stands alone"),
        (one_state(A, then=[{"go": "only", "done": True}]), "states.0.then.0", "write one of go"),
        (
            one_state({"name": "a", "type": "digits", "check": "luhn"}),
            "states.0.fields.0.check",
            "take it with a capture",
        ),
        (one_state({"name": "a", "type": "integer", "least": 3, "most": 2}), "states.0.fields.0", "least is more"),
    ],
)
def test_each_fault_names_its_field(wrong: dict[str, Any], field: str, what: str) -> None:
    found = [(one.field, one.what) for one in schema_faults(content(wrong))]
    assert any(place == f"flows.0.{field}" and what in said for place, said in found), found


def test_a_tool_gets_only_what_every_way_there_asks_for() -> None:
    bare = appointment()
    bare["states"][0]["then"] = [{"field": "known", "one_of": [True], "tool": "book_visit"}, {"go": "newcomer"}]
    found = [one.what for one in schema_faults(content(bare)) if one.field == "flows.0.states.0.then.0.tool"]
    assert found and all("not every way there asks for it" in what for what in found)
    assert sure_fields(FlowChoice.model_validate(appointment()))["visit"] == {"known", "day", "time"}


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        ({"allow_hangup": False}, "flows.0.states.0.then.0.hang_up", "allow_hangup is false"),
        ({"transfers": [DESK | {"key": "7"}]}, "", "key 7 begins a transfer and a flow"),
    ],
)
def test_it_fits_the_rest_of_the_profile(fields: dict[str, Any], field: str, what: str) -> None:
    assert what in faults({**one_state(A, then=[{"hang_up": True}]), "key": "7"}, **fields)[field]


def wants(kind: str) -> dict[str, Any]:
    return BOOK | {"parameters": {"type": "object", "properties": {"a": {"type": kind}}, "required": ["a"]}}


@pytest.mark.parametrize(("kind", "fits"), [("string", True), ("integer", True), ("number", True), ("boolean", False)])
def test_a_parameter_is_of_a_type_that_the_field_can_be(kind: str, fits: bool) -> None:
    found = faults(one_state(A, then=[{"tool": "book_visit"}]), tools=[wants(kind)])
    assert (found == {}) is fits


def test_what_is_said_after_a_tool_without_a_sentence() -> None:
    http = {"url": "https://shop.example/visits", "method": "POST"}
    tool = {**wants("integer"), "python": None, "http": http}
    silent, said = ({"tool": "book_visit"}, {"tool": "book_visit", "after": "It is booked."})
    assert list(faults(one_state(A, then=[silent]), tools=[tool])) == ["flows.0.states.0.then.0"]
    assert faults(one_state(A, then=[said]), tools=[tool]) == {}


def test_two_flows_have_two_names() -> None:
    twice = one_state(A)
    said = [one.what for one in schema_faults(content(twice, flows=[twice, twice]))]
    assert said == ["two entries of flows have the same name"]
