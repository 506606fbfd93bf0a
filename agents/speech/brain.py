"""The scripted brain behind livekit-agents' LLM interface: text and real tool calls, as a model would stream them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from livekit.agents import APIConnectOptions, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr
from livekit.agents.utils import shortuuid

from agents.profile import AgentProfile
from agents.speech.dialogue import Called, Heard, Move, Spoken, Turn, next_move


def turns_of(context: llm.ChatContext) -> list[Turn]:
    """The conversation as the dialogue sees it; a tool's output stands in the place of its answer."""
    turns: list[Turn] = []
    calls: dict[str, Called] = {}
    for item in context.items:
        if isinstance(item, llm.ChatMessage):
            if (text := item.text_content) and item.role in ("user", "assistant"):
                turns.append(Heard(text) if item.role == "user" else Spoken(text))
        elif isinstance(item, llm.FunctionCall):
            calls[item.call_id] = Called(item.name, json.loads(item.arguments or "{}"))
        elif isinstance(item, llm.FunctionCallOutput):
            made = calls.get(item.call_id, Called(item.name, {}))
            turns.append(Called(made.name, made.arguments, item.output, item.is_error))
    return turns


class ScriptedBrain(llm.LLM):
    """Answers from the profile's dialogue table."""

    def __init__(self, profile: AgentProfile) -> None:
        super().__init__()
        self._profile = profile
        self._began = datetime.now(UTC)

    def speak_from(self, profile: AgentProfile) -> None:
        """Another table from the next answer on."""
        self._profile = profile

    @property
    def model(self) -> str:
        return "dialogue table"

    @property
    def provider(self) -> str:
        return "gateway"

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        move = next_move(self._profile, turns_of(chat_ctx), self._began)
        callable_now = tool_choice != "none" and move.tool in llm.ToolContext(tools or []).function_tools
        return _MoveStream(
            self,
            chat_ctx=chat_ctx,
            tools=tools or [],
            conn_options=conn_options,
            move=move if callable_now else Move(say=move.say),
        )


class _MoveStream(llm.LLMStream):
    def __init__(
        self,
        brain: ScriptedBrain,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
        move: Move,
    ) -> None:
        super().__init__(brain, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._move = move

    async def _run(self) -> None:
        request = shortuuid("script_")
        if self._move.say:
            delta = llm.ChoiceDelta(role="assistant", content=self._move.say)
            self._event_ch.send_nowait(llm.ChatChunk(id=request, delta=delta))
        if self._move.tool:
            call = llm.FunctionToolCall(
                name=self._move.tool, arguments=json.dumps(self._move.arguments), call_id=shortuuid("call_")
            )
            delta = llm.ChoiceDelta(role="assistant", tool_calls=[call])
            self._event_ch.send_nowait(llm.ChatChunk(id=request, delta=delta))
