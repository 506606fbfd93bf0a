"""Other people's code on behalf of a call: given up after a time, and its failures told without its words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from agents.tool_choice import ToolChoice
from agents.tool_text import seen
from agents.tool_words import ToolFailed
from compliance.redaction.value import redact_value
from gateway.kernel.logs import get_logger

MOST_BYTES = 8192  # of an answer
ENDS_WITHIN_S = 0.5  # after it was given up

_log = get_logger(__name__)


async def bounded(
    choice: ToolChoice, work: Coroutine[Any, Any, Any], within_s: float, begun: Callable[[], bool] = lambda: True
) -> Any:
    """What `work` returns. `begun`: whether it may have done something. Raises ToolFailed."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_looked_at)
    try:
        await asyncio.wait([task], timeout=within_s)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=ENDS_WITHIN_S)
    if not task.done() or task.cancelled():
        said = f"{choice.name} was too slow: it had not answered after {within_s:g} seconds."
        raise ToolFailed(said, code="tool.timeout", again=True, unknown=begun())
    if (error := task.exception()) is not None:
        # its words may hold what the caller said
        _log.warning("tool_raised", tool=choice.name, reason=type(error).__name__)
        said = f"{choice.name} failed." if begun() else f"{choice.name} could not be reached."
        raise ToolFailed(said, code="tool.raised", again=True, unknown=begun())
    return task.result()


def _looked_at(task: asyncio.Future[Any]) -> None:
    """Else asyncio prints what it failed with."""
    if not task.cancelled():
        task.exception()


def readable(choice: ToolChoice, result: Any) -> str:
    """As a model may read it, without card numbers. Raises ToolFailed for what is no JSON, and for too much of it."""
    try:
        clear = redact_value(result)
        text = seen(clear if isinstance(clear, str) else json.dumps(clear, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        raise ToolFailed(f"{choice.name} answered what cannot be read.", code="tool.unreadable", unknown=True) from None
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise ToolFailed(f"{choice.name} answered too much to read.", code="tool.unreadable", unknown=True)
    return text
