"""The tools that an agent's profile brings along, as livekit-agents calls them: checked, bounded, and honest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from livekit.agents import RunContext, ToolError, function_tool, llm

from agents.profile import AgentProfile
from agents.skills.http_tool import HttpTools
from agents.skills.python_tool import PythonTools, load
from agents.skills.tools import CallControl
from agents.tool_choice import DIGITS, ToolChoice
from agents.tool_schema import closed, faults
from agents.tool_words import CARD_DATA, TOO_MANY, TOO_MANY_AT_ONCE, ToolFailed, told, wrong_arguments
from compliance.redaction.exempt import snake
from compliance.redaction.marks import Label
from compliance.redaction.value import redact_value
from gateway.net.outside import Outside
from gateway.settings import Settings

AT_ONCE = 4
MOST_A_CALL = 30
FILLER_AFTER_S = 1.5

Way = Callable[[ToolChoice, Mapping[str, Any]], Awaitable[str]]


class Ways:
    """How the tools of one call's profile are run."""

    def __init__(
        self, http: Way | None = None, python: Way | None = None, mcp: Way | None = None, outside: Outside | None = None
    ) -> None:
        self._http, self._python, self._mcp, self._outside = http, python, mcp, outside

    @classmethod
    async def open(
        cls, profile: AgentProfile, settings: Settings, secrets_of: Callable[[str], Awaitable[Mapping[str, str]]]
    ) -> Ways:
        """While it rings: reads secrets, certificates and functions, as far as the profile needs them."""
        named = [one.python for one in profile.tools if one.python]
        python = PythonTools(await asyncio.to_thread(load, named, settings.agents.python_tools)).run if named else None
        mcp = await asyncio.to_thread(_mcp, settings) if any(one.mcp for one in profile.tools) else None
        if not any(one.http for one in profile.tools):
            return cls(python=python, mcp=mcp)
        secrets = await secrets_of(profile.id) if any(one.secrets for one in profile.tools) else {}
        outside = await asyncio.to_thread(Outside, settings.outside.networks, settings.outside.ca_file)
        return cls(HttpTools(outside, secrets).run, python, mcp, outside)

    def tools(self, profile: AgentProfile, call: CallControl) -> dict[str, llm.Tool]:
        """By name. `profile` may be narrower than the one these were opened for."""
        return OwnTools(profile, self.run, call).by_name() if profile.tools else {}

    async def run(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        """Raises ToolFailed."""
        way = self._http if choice.http else self._mcp if choice.mcp else self._python
        if way is None:
            raise ToolFailed(f"{choice.name} is not set up on this machine.", code="tool.missing")
        return await way(choice, arguments)

    async def close(self) -> None:
        if self._outside:
            await self._outside.close()


def _mcp(settings: Settings) -> Way:
    """Its library takes half a second to load, which only workers that know servers have done before (preload.py)."""
    from agents.skills.mcp_tool import McpTools

    return McpTools(settings.agents.mcp_servers).run


class OwnTools:
    """Of one call: at most `AT_ONCE` under way, `MOST_A_CALL` in all."""

    def __init__(self, profile: AgentProfile, way: Way, call: CallControl) -> None:
        self._choices, self._way, self._call = profile.tools, way, call
        self._human = bool(profile.transfers)
        self._under_way = self._used = 0
        self._failed: Counter[str] = Counter()

    def by_name(self) -> dict[str, llm.Tool]:
        return {choice.name: self._tool(choice) for choice in self._choices}

    def _tool(self, choice: ToolChoice) -> llm.Tool:
        async def own(raw_arguments: dict[str, object], context: RunContext[None]) -> str:
            if DIGITS in choice.fields:
                self._call.digits_used()
            return await self._use(choice, raw_arguments, context)

        schema = {"name": choice.name, "description": choice.when, "parameters": closed(choice.parameters)}
        return function_tool(own, raw_schema=schema)

    async def _use(self, choice: ToolChoice, arguments: dict[str, Any], context: RunContext[None]) -> str:
        """Raises ToolError, so that the record of the call says that it failed."""
        if self._used >= MOST_A_CALL:
            raise ToolError(TOO_MANY)
        self._used += 1
        if has_card_data(arguments):
            raise ToolError(CARD_DATA)
        if wrong := faults(choice.parameters, arguments):
            raise ToolError(wrong_arguments(wrong))
        if self._under_way >= AT_ONCE:
            raise ToolError(TOO_MANY_AT_ONCE)
        self._under_way += 1
        try:
            async with _filler(choice, context):
                return await self._way(choice, arguments)
        except ToolFailed as failed:
            self._failed[choice.name] += 1
            words = told(failed, first=self._failed[choice.name] == 1, human=self._human)
            raise ToolError(words) from failed
        finally:
            self._under_way -= 1


def _filler(choice: ToolChoice, context: RunContext[None]) -> AbstractAsyncContextManager[None]:
    return context.with_filler(choice.say, delay=FILLER_AFTER_S) if choice.say else nullcontext()


def has_card_data(arguments: Mapping[str, Any]) -> bool:
    """Whether they hold a card's number or code, or the label that stands where one was. A parameter's name lets
    nothing through here: in `order_id` a number is looked at as in any other."""
    texts = list(_texts(arguments))
    labelled = any(label in text for label in Label for text in texts)
    return labelled or redact_value(texts) != texts


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield snake(str(name)).replace("_", " ")
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
