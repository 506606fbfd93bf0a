"""The tools by which a brain goes through a flow: one for the scripted brain, three for a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from livekit.agents import RunContext, function_tool, llm

from agents.flows.choice import FlowChoice
from agents.flows.machine import Standing
from agents.tool_choice import ASK_FIELD, BEGIN_FLOW, CONFIRM_FIELDS, FILL_FIELD

LONGEST_VALUE = 500  # characters of what a model fills in

_Begin = Callable[[str, RunContext[None]], Awaitable[str]]
_Fill = Callable[[str, str, RunContext[None]], Awaitable[str]]
_Confirm = Callable[[RunContext[None]], Awaitable[str]]


def ask_field(ask: Callable[[str, Standing], None]) -> llm.Tool:
    """`ask` is told the flow and where it stands."""

    async def asks(raw_arguments: dict[str, object]) -> None:
        field, state = raw_arguments.get("field", 0), str(raw_arguments.get("state"))
        confirming = bool(raw_arguments.get("confirming"))
        ask(
            str(raw_arguments.get("flow")),
            Standing(state, field if isinstance(field, int) else 0, confirming=confirming),
        )

    schema = {"name": ASK_FIELD, "description": "A question of a flow.", "parameters": {"type": "object"}}
    return function_tool(asks, raw_schema=schema)


def model_tools(flows: Mapping[str, FlowChoice], begin: _Begin, fill: _Fill, confirm: _Confirm) -> dict[str, llm.Tool]:
    """By name. What they answer says what to do next."""
    when = " ".join(f"{name}: {flow.when}" for name, flow in flows.items())
    fields = sorted({field.name for flow in flows.values() for field in flow.fields})

    async def begin_flow(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
        return await begin(str(raw_arguments.get("flow")), context)

    async def fill_field(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
        value = str(raw_arguments.get("value", ""))
        if len(value) > LONGEST_VALUE:
            return f"Nothing was taken: a value has {LONGEST_VALUE} characters at most."
        return await fill(str(raw_arguments.get("field")), value, context)

    async def confirm_fields(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
        return await confirm(context)

    return {
        BEGIN_FLOW: _tool(
            begin_flow, BEGIN_FLOW,
            "Begin to take something down, step by step. You are told each question, and what to do with its answer. "
            f"Flows: {when}",
            flow={"type": "string", "enum": list(flows)},
        ),
        FILL_FIELD: _tool(
            fill_field, FILL_FIELD,
            "Pass on what the caller has answered. The gateway checks it; only what it takes is so.",
            field={"type": "string", "enum": fields},
            value={"type": "string", "maxLength": LONGEST_VALUE, "description": "what the caller said, and no guess"},
        ),
        CONFIRM_FIELDS: _tool(
            confirm_fields, CONFIRM_FIELDS,
            "Call this when the caller has answered whether what the gateway read back is right.",
        ),
    }  # fmt: skip


def _tool(run: Callable[..., Awaitable[str]], name: str, description: str, **fields: Any) -> llm.Tool:
    parameters = {
        "type": "object", "properties": fields, "required": list(fields), "additionalProperties": False,
    }  # fmt: skip
    return function_tool(run, raw_schema={"name": name, "description": description, "parameters": parameters})
