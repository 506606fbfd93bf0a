"""What a caller wants, in two sentences for a colleague, by the model at hand."""

from __future__ import annotations

import asyncio

from livekit.agents import APIError, llm

from gateway.kernel.logs import get_logger

WITHIN_S = 4.0
LONGEST = 400  # characters
_TASK = (
    "You hand this caller over to a human colleague. Say in at most two short spoken sentences what the caller wants, "
    "why, and which details the caller gave. Only what was said. No greeting."
)

_log = get_logger(__name__)


async def summarise(model: llm.LLM, history: llm.ChatContext) -> str:
    """Empty when the model does not answer in time: a human is on the line."""
    context = history.copy(exclude_function_call=True, exclude_instructions=True)
    context.add_message(role="user", content=_TASK)
    try:
        async with asyncio.timeout(WITHIN_S):
            answer = await model.chat(chat_ctx=context).collect()
    except (APIError, TimeoutError) as error:  # the human is told the rest
        _log.warning("no_summary", error=type(error).__name__)
        return ""
    return answer.text.strip()[:LONGEST]
