"""A tool that is a function of another Python package: an entry point of the group `gateway.tools`, which the operator
has allowed by name. It runs in the worker's process, with all that this may do."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from agents.skills.bounded import bounded, readable
from agents.tool_choice import ToolChoice
from agents.tool_words import ToolFailed
from gateway.kernel.logs import get_logger

GROUP = "gateway.tools"
WITHIN_S = 10.0

Function = Callable[..., Awaitable[Any]]
_log = get_logger(__name__)


def load(names: Iterable[str], allowed: Collection[str]) -> dict[str, Function]:
    """The functions of those that are allowed and installed; blocks while they are imported. Never fails: a tool that
    is not there says so when it is used."""
    functions: dict[str, Function] = {}
    for name in sorted(set(names)):
        found = list(entry_points(group=GROUP, name=name)) if name in allowed else []
        function = _loaded(found[0]) if len(found) == 1 else None
        if function is None:
            _log.warning("python_tool_missing", tool=name, allowed=name in allowed, installed=len(found))
        else:
            functions[name] = function
    return functions


def _loaded(entry: EntryPoint) -> Function | None:
    try:
        function = entry.load()
    except (ImportError, AttributeError) as error:
        _log.warning("python_tool_broken", tool=entry.name, reason=type(error).__name__)
        return None
    return function if inspect.iscoroutinefunction(function) else None


class PythonTools:
    """Of one call."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    async def run(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        """What a model may read. Raises ToolFailed."""
        function = self._functions.get(choice.python or "")
        if function is None:
            raise ToolFailed(f"{choice.name} is not set up on this machine.", code="tool.missing")
        return readable(choice, await bounded(choice, _called(function, arguments), WITHIN_S))


async def _called(function: Function, arguments: Mapping[str, Any]) -> Any:
    """Wrong keywords are the function's failure too."""
    return await function(**arguments)
