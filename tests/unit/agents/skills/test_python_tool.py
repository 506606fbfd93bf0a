"""Functions of other packages as tools: only allowed ones, bounded in time and size, silent about what they hold."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from agents.skills import python_tool
from agents.skills.python_tool import PythonTools, load
from agents.tool_choice import ToolChoice
from agents.tool_words import ToolFailed

PACKAGE = """
async def status(order: str) -> dict:
    return {"order": order, "status": "sent"}

def not_async(order: str) -> str:
    return order
"""
ENTRIES = """[gateway.tools]
order_status = shop_tools:status
plain = shop_tools:not_async
gone = shop_tools:nothing
lost = shop_tools_of_nobody:status

[other.group]
elsewhere = shop_tools:status
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package as an installer leaves it."""
    (tmp_path / "shop_tools.py").write_text(PACKAGE)
    metadata = tmp_path / "shop_tools-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-tools\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(tmp_path)


def choice(name: str = "order_status") -> ToolChoice:
    shape = {"type": "object", "properties": {"order": {"type": "string"}}}
    return ToolChoice.model_validate({"name": "orders", "when": "Orders.", "parameters": shape, "python": name})


async def failed(function: Any, **arguments: Any) -> ToolFailed:
    with pytest.raises(ToolFailed) as error:
        await PythonTools({"order_status": function} if function else {}).run(choice(), arguments)
    return error.value


@pytest.mark.usefixtures("installed")
async def test_what_is_allowed_and_installed_is_run() -> None:
    functions = load(["order_status", "order_status"], ["order_status"])
    told = await PythonTools(functions).run(choice(), {"order": "7"})
    assert json.loads(told) == {"order": "7", "status": "sent"}


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["plain", "gone", "lost", "elsewhere", "nobody"])
def test_what_is_no_async_function_of_the_group_is_not(name: str) -> None:
    assert load([name], [name]) == {}


@pytest.mark.usefixtures("installed")
async def test_without_the_operators_word_nothing_is_loaded_and_the_tool_says_so() -> None:
    assert load(["order_status"], []) == {}
    error = await failed(None, order="7")
    assert (error.code, error.detail) == ("tool.missing", "orders is not set up on this machine.")


async def test_a_slow_one_is_given_up_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_tool, "WITHIN_S", 0.02)
    ended = asyncio.Event()

    async def slow(order: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    error = await failed(slow, order="7")
    assert error.code == "tool.timeout" and error.unknown
    async with asyncio.timeout(5):
        await ended.wait()


async def test_the_words_of_an_error_stay_where_they_are(caplog: pytest.LogCaptureFixture) -> None:
    async def fails(order: str) -> None:
        raise RuntimeError(f"no order {order} of Ana")

    error = await failed(fails, order="7")
    assert error.code == "tool.raised" and "Ana" not in str(error.__dict__)
    assert "Ana" not in caplog.text


async def test_wrong_keywords_are_a_failure_and_no_defect() -> None:
    async def other(number: str) -> str:
        return number

    assert (await failed(other, order="7")).code == "tool.raised"


@pytest.mark.parametrize("result", [object(), {"x": {1, 2}}, "x" * 8193])
async def test_what_cannot_be_read_is_a_failure(result: Any) -> None:
    async def odd(order: str) -> Any:
        return result

    assert (await failed(odd, order="7")).code == "tool.unreadable"
