"""The tools of a profile as a model calls them: schema first, bounds, card data, and honest words about failures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from livekit.agents import ToolError

from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile
from agents.skills.own_tools import AT_ONCE, FILLER_AFTER_S, MOST_A_CALL, OwnTools, Ways, has_card_data
from agents.skills.tools import tools_for
from agents.tool_choice import ToolChoice
from agents.tool_words import A_HUMAN, CARD_DATA, HONEST, NO_MORE, NOT_KNOWN, TOO_MANY_AT_ONCE, TRY_AGAIN, ToolFailed
from tests.unit.agents.test_transfer_tool import CHOICES, Line

SHAPE = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
ORDERS: dict[str, Any] = {"name": "orders", "when": "Where an order is.", "parameters": SHAPE, "python": "orders"}


class Way:
    """Answers as it was told; `fails` is raised instead. With `gate`, not before it is set."""

    def __init__(self, fails: ToolFailed | None = None, gate: asyncio.Event | None = None) -> None:
        self.fails, self.gate = fails, gate
        self.asked: list[Mapping[str, Any]] = []

    async def __call__(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        self.asked.append(arguments)
        if self.gate:
            await self.gate.wait()
        if self.fails:
            raise self.fails
        return "sent"


class Context:
    """Notes the filler that is asked for."""

    def __init__(self) -> None:
        self.fillers: list[tuple[str, float]] = []

    @asynccontextmanager
    async def with_filler(self, source: str, *, delay: float) -> Any:
        self.fillers.append((source, delay))
        yield


def own(way: Way, transfers: bool = False, call: Any = None, **tool: Any) -> Any:
    content = {**DEMO_PROFILE, "id": "agt_1", "tools": [ORDERS | tool], "transfers": CHOICES if transfers else []}
    profile = AgentProfile.model_validate(content)
    return OwnTools(profile, way, call or Line(None)).by_name()["orders"]


async def words(tool: Any, context: Context | None = None, **arguments: Any) -> str:
    with pytest.raises(ToolError) as error:
        await tool(arguments, context or Context())
    return error.value.message


def test_a_model_is_told_when_and_with_what() -> None:
    schema = own(Way()).info.raw_schema
    assert (schema["name"], schema["description"]) == ("orders", "Where an order is.")
    assert schema["parameters"] == {**SHAPE, "additionalProperties": False}


async def test_good_arguments_are_answered() -> None:
    way, context = Way(), Context()
    assert await own(way)({"order_id": "7"}, context) == "sent"
    assert way.asked == [{"order_id": "7"}] and context.fillers == []


async def test_wrong_arguments_go_nowhere_and_the_model_is_told_why() -> None:
    way = Way()
    told = await words(own(way), order="7")
    assert "order_id is missing" in told and "do not make up values" in told
    assert way.asked == []


@pytest.mark.parametrize(
    "order", ["4111 1111 1111 1111", "4111111111111111", "my card is 5555-5555-5555-4444", "[card number]"]
)
async def test_card_data_goes_nowhere_whatever_the_parameter_is_called(order: str) -> None:
    way = Way()
    assert await words(own(way), order_id=order) == CARD_DATA
    assert way.asked == []


@pytest.mark.parametrize(
    ("arguments", "card"),
    [
        ({"id": 4111111111111111}, True),
        ({"a": {"b": ["4111 1111", "1111 1111"]}}, True),
        ({"cvv": "123"}, True),
        ({"order_id": "A-1234567", "count": 12, "gift": True, "note": None}, False),
        ({"number": "+15105550100", "day": "2026-11-22"}, False),
    ],
)
def test_what_is_card_data(arguments: dict[str, Any], card: bool) -> None:
    assert has_card_data(arguments) is card


@pytest.mark.parametrize("transfers", [True, False])
async def test_a_failure_is_told_with_what_may_be_done_instead_and_tried_again_once(transfers: bool) -> None:
    tool = own(Way(ToolFailed("orders could not be reached.", code="tool.unreachable", again=True)), transfers)
    first, second = await words(tool, order_id="7"), await words(tool, order_id="7")
    assert first.startswith("orders could not be reached.") and HONEST in first and TRY_AGAIN in first
    assert NO_MORE in second and TRY_AGAIN not in second
    assert (A_HUMAN in first) is transfers


async def test_what_may_have_been_done_is_not_tried_again() -> None:
    told = await words(own(Way(ToolFailed("orders was too slow.", code="x", again=True, unknown=True))), order_id="7")
    assert NOT_KNOWN in told and TRY_AGAIN not in told and HONEST not in told


async def test_a_filler_is_said_while_it_takes_long() -> None:
    context = Context()
    await own(Way(), say="I am looking.")({"order_id": "7"}, context)
    assert context.fillers == [("I am looking.", FILLER_AFTER_S)]


async def test_only_so_many_are_under_way_and_the_next_may_come_when_one_is_over() -> None:
    way = Way(gate=asyncio.Event())
    tool = own(way)
    running = [asyncio.ensure_future(tool({"order_id": str(n)}, Context())) for n in range(AT_ONCE)]
    while len(way.asked) < AT_ONCE:
        await asyncio.wait(running, timeout=0)
    assert await words(tool, order_id="x") == TOO_MANY_AT_ONCE
    assert way.gate is not None
    way.gate.set()
    assert await asyncio.gather(*running) == ["sent"] * AT_ONCE
    assert await tool({"order_id": "x"}, Context()) == "sent"


async def test_a_call_has_only_so_many() -> None:
    way = Way()
    tool = own(way)
    for _ in range(MOST_A_CALL):
        await tool({"order_id": "7"}, Context())
    assert "used all its tools" in await words(tool, order_id="7")
    assert len(way.asked) == MOST_A_CALL


async def test_digits_that_a_tool_took_are_used() -> None:
    used: list[bool] = []
    call = SimpleNamespace(digits_used=lambda: used.append(True))
    shape = {"type": "object", "properties": {"digits": {"type": "string"}}}
    await own(Way(), call=call, parameters=shape)({"digits": "1234"}, Context())
    await own(Way(), call=call)({"order_id": "7"}, Context())
    assert used == [True]


async def test_they_stand_beside_the_tools_of_the_gateway() -> None:
    entry = {"intent": "x", "phrases": ["x"], "say": "One moment.", "tool": "orders"}
    tool = ORDERS | {"parameters": {"type": "object"}}
    profile = AgentProfile.model_validate({**DEMO_PROFILE, "id": "agt_1", "tools": [tool], "dialogue": [entry]})
    call = Line(None)
    offered: list[Any] = list(tools_for(profile, call, Ways().tools(profile, call)))
    assert [one.info.name for one in offered] == ["orders", "ask_digits", "hang_up"]
    with pytest.raises(ToolError, match="not set up on this machine"):
        await offered[0]({}, Context())


def test_a_profile_without_tools_brings_none() -> None:
    assert Ways().tools(AgentProfile.model_validate({**DEMO_PROFILE, "id": "agt_1"}), Line(None)) == {}
