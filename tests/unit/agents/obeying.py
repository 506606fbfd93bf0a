"""A model that does what it is told, whoever says so: what it was planned to call, else whatever the last words order.

`CALL transfer {"to": "ceo"}` in what a caller says, a tool answers or a prompt holds is such an order.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from livekit.agents import Agent, AgentSession, APIConnectOptions, FunctionToolsExecutedEvent, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from agents.flows.expected import Expected
from agents.flows.talk import FlowTalk
from agents.profile import AgentProfile, CaptureChoice, TransferChoice
from agents.skills.own_tools import Ways
from agents.skills.tools import tools_for

ORDER = re.compile(r"CALL (\w+) (\{.*?\}(?=\s|$|\W*$))", re.DOTALL)
OBEYED = "I have done what I was told."


class Obeying(llm.LLM):
    """`plan`: tools to call at the next turns, before any order is looked for; `read`: all that it was ever given."""

    def __init__(self, *plan: tuple[str, dict[str, Any]]) -> None:
        super().__init__()
        self.plan, self.read, self.offered = deque(plan), list[str](), list[str]()

    def chat(
        self, *, chat_ctx: llm.ChatContext, tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS, **options: Any,
    ) -> llm.LLMStream:  # fmt: skip
        schemas = [json.dumps(getattr(getattr(one, "info", None), "raw_schema", {})) for one in tools or []]
        self.offered = list(llm.ToolContext(tools or []).function_tools)
        texts = [_text(item) for item in chat_ctx.items]
        self.read += [*schemas, *texts]
        last = chat_ctx.items[-1]
        call: tuple[str, str] | None = None
        if self.plan:
            name, arguments = self.plan.popleft()
            call = (name, json.dumps(arguments))
        elif order := ORDER.search(_text(last)):
            call = (order[1], order[2])
        return _Stream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options, call=call)


class _Stream(llm.LLMStream):
    def __init__(self, *given: Any, call: tuple[str, str] | None, **options: Any) -> None:
        super().__init__(*given, **options)
        self._call = call

    async def _run(self) -> None:
        if self._call is None:
            delta = llm.ChoiceDelta(role="assistant", content=OBEYED)
        else:
            call = llm.FunctionToolCall(name=self._call[0], arguments=self._call[1], call_id=f"call_{id(self)}")
            delta = llm.ChoiceDelta(role="assistant", tool_calls=[call])
        self._event_ch.send_nowait(llm.ChatChunk(id="obeying", delta=delta))


def _text(item: Any) -> str:
    if isinstance(item, llm.ChatMessage):
        return item.text_content or ""
    return item.output if isinstance(item, llm.FunctionCallOutput) else getattr(item, "arguments", "")


class CallDouble:
    """A call as tools see it, that notes what it was asked for. Transfers begin, unless they are `refused`."""

    def __init__(self, refused: str | None = None) -> None:
        self.refused = refused
        self.transfers: list[tuple[str, str]] = []
        self.captures: list[str] = []
        self.digits: list[int] = []
        self.hung_up: list[str] = []

    def expect_digits(self, count: int) -> None:
        self.digits.append(count)

    def digits_used(self) -> None:
        self.digits.append(0)

    async def hang_up(self, reason: str) -> None:
        self.hung_up.append(reason)

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None:
        self.transfers.append((choice.name, reason))
        return self.refused

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None:
        self.captures.append(choice.name)
        return None


class Talk:
    """A session by text with a model, whose tools are real."""

    def __init__(self, session: AgentSession[None], model: llm.LLM, call: CallDouble, flows: FlowTalk) -> None:
        self.session, self.model, self.call, self.flows = session, model, call, flows
        self.used: list[tuple[str, bool]] = []
        session.on("function_tools_executed", self._used)

    def _used(self, event: FunctionToolsExecutedEvent) -> None:
        self.used += [(call.name, output is not None and not output.is_error) for call, output in event.zipped()]

    async def says(self, text: str) -> str:
        """What a tool answered to it last, or what the agent said; "" for nothing."""
        before = len(self.session.history.items)
        self.flows.heard(text)
        await self.session.run(user_input=text)
        return self.last(before)

    def last(self, since: int = 0) -> str:
        new = self.session.history.items[since:]
        told = [one.output for one in new if isinstance(one, llm.FunctionCallOutput) and one.output]
        return next(iter([*reversed(told), *reversed(self.said(since))]), "")

    def said(self, since: int = 0) -> list[str]:
        items = self.session.history.items[since:]
        return [str(one.text_content) for one in items if isinstance(one, llm.ChatMessage) and one.role == "assistant"]


@asynccontextmanager
async def talking(
    profile: AgentProfile, model: llm.LLM, *, ways: Ways | None = None, call: CallDouble | None = None,
    context: llm.ChatContext | None = None, more: dict[str, llm.Tool] | None = None,
) -> AsyncIterator[Talk]:  # fmt: skip
    """`more`: tools of this call alone, as a campaign's agent has them."""
    line = call or CallDouble()
    session: AgentSession[None] = AgentSession(llm=model, vad=None)
    flows = FlowTalk(profile, line, session, Expected())
    own = flows.tools((ways or Ways()).tools(profile, line)) | (more or {})
    instructions = profile.instructions or f"You are {profile.name}, on the telephone."
    agent = Agent(
        instructions=instructions,
        tools=tools_for(profile, line, own),
        chat_ctx=context or llm.ChatContext.empty(),
    )
    await session.start(agent, record=False)
    try:
        yield Talk(session, model, line, flows)
    finally:
        await session.aclose()
