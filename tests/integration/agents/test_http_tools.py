"""Tools of an agent against a real HTTP server on loopback, as the agent's session uses them: the example of
docs/tools.md, a slow server, a silent one, a failing one, and what the record says."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from livekit.agents import Agent, AgentSession, FunctionToolsExecutedEvent, llm

from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile
from agents.skills.own_tools import Ways
from agents.skills.tools import tools_for
from agents.speech.brain import ScriptedBrain
from agents.tool_words import HONEST, NO_ANSWER, NOT_KNOWN
from gateway.settings import OutsideSettings, Settings
from tests.integration.receiver import Answering, Received, Receiver, Writer, receiver, silence, status
from tests.unit.agents.test_transfer_tool import Line

SECRET = "s3cr3t-of-the-shop"
DIGITS = {
    "type": "object",
    "properties": {"digits": {"type": "string", "pattern": "^[0-9]{6}$"}},
    "required": ["digits"],
}
ENTRY = {
    "intent": "order",
    "phrases": ["where is my order"],
    "say": "Please key in your six digit order number.",
    "tool": "order_status",
    "ask_digits": 6,
}
SAID = json.dumps({"order": {"said": "Your order is on its way."}}).encode()


def tool(there: Receiver, **http: Any) -> dict[str, Any]:
    return {
        "name": "order_status",
        "when": "The caller asks where an order is.",
        "parameters": DIGITS,
        "http": {
            "url": f"http://127.0.0.1:{there.port}/orders/{{digits}}",
            "headers": {"Authorization": "Bearer {secret:SHOP_KEY}"},
            "answer_path": "order.said",
            **http,
        },
        "say": "I am looking that up.",
    }


async def secrets_of(agent_id: str) -> Mapping[str, str]:
    return {"SHOP_KEY": SECRET} if agent_id == "agt_1" else {}


class Talk:
    """A session of a scripted agent, by text; its tools are real."""

    def __init__(self, session: AgentSession[None]) -> None:
        self.session = session
        self.used: list[tuple[str, bool]] = []
        session.on("function_tools_executed", self._used)

    def _used(self, event: FunctionToolsExecutedEvent) -> None:
        self.used += [(call.name, output is not None and not output.is_error) for call, output in event.zipped()]

    def said(self) -> list[str]:
        items = self.session.history.items
        return [str(one.text_content) for one in items if isinstance(one, llm.ChatMessage) and one.role == "assistant"]

    def told(self) -> list[str]:
        """What the tools answered, as a model reads it."""
        return [one.output for one in self.session.history.items if isinstance(one, llm.FunctionCallOutput)][1:]

    async def says(self, text: str) -> None:
        await self.session.run(user_input=text)

    async def keys_in(self, digits: str = "123456") -> None:
        await self.says("where is my order")
        await self.says(f"keypad: {digits}")


@asynccontextmanager
async def talking(tmp_path: Path, choice: dict[str, Any], *, inside: bool = True) -> AsyncIterator[Talk]:
    content = {**DEMO_PROFILE, "id": "agt_1", "tools": [choice], "dialogue": [ENTRY]}
    profile = AgentProfile.model_validate(content)
    networks = [ip_network("127.0.0.0/8")] if inside else []
    settings = Settings(state_dir=tmp_path, outside=OutsideSettings(networks=networks))
    ways, call = await Ways.open(profile, settings, secrets_of), Line(None)
    session: AgentSession[None] = AgentSession(llm=ScriptedBrain(profile), vad=None)
    agent = Agent(instructions="Say what is so.", tools=tools_for(profile, call, ways.tools(profile, call)))
    await session.start(agent, record=False)
    try:
        async with asyncio.timeout(60):
            yield Talk(session)
    finally:
        await session.aclose()
        await ways.close()


async def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    async with receiver(status(200, body=SAID)) as there, talking(tmp_path, tool(there)) as talk:
        await talk.keys_in()
        assert talk.said()[-1] == "Your order is on its way."
        assert talk.used[-1] == ("order_status", True)
    [request] = there.requests
    assert request.line == "GET /orders/123456 HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {SECRET}"


async def test_a_slow_answer_is_bridged_and_then_said(tmp_path: Path) -> None:
    let_go = asyncio.Event()

    async def slow(request: Received, writer: Writer) -> None:
        await let_go.wait()
        await status(200, body=SAID)(request, writer)

    async with receiver(slow) as there, talking(tmp_path, tool(there, timeout_s=20)) as talk:
        bridged = asyncio.Event()
        talk.session.on(
            "conversation_item_added", lambda event: "looking" in str(event.item.text_content) and bridged.set()
        )
        await talk.says("where is my order")
        answering = asyncio.ensure_future(talk.says("keypad: 123456"))
        await bridged.wait()
        assert not answering.done()
        let_go.set()
        await answering
        assert talk.said()[-2:] == ["I am looking that up.", "Your order is on its way."]


async def closing(_: Received, writer: Writer) -> None:
    writer.close()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (silence, "order_status was too slow: it had not answered after 0.5 seconds."),
        (closing, "order_status could not be reached."),
        (status(503, body=b"{}"), "order_status said no: status 503 (Service Unavailable)."),
        (status(302, "Location: http://127.0.0.1:1/\r\n"), "order_status said no: status 302 (Found)."),
        (status(200, body=b"<html>"), "order_status failed: what it answered is not JSON that can be read."),
        (status(200, body=SAID + b" " * 300), "order_status failed: its answer is too long."),
    ],
    ids=["silent", "closes", "fails", "redirects", "no-json", "too-long"],
)
async def test_a_failing_tool_is_told_honestly_to_model_and_caller(
    tmp_path: Path, answer: Answering, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    choice = {"timeout_s": 0.5, "most_bytes": 200}
    with caplog.at_level(logging.DEBUG, logger="agents"):
        async with receiver(answer) as there, talking(tmp_path, tool(there, **choice)) as talk:
            await talk.keys_in()
            assert talk.said()[-1] == NO_ANSWER
            assert talk.used[-1] == ("order_status", False)
            [told] = talk.told()
    assert told.startswith(says) and HONEST in told
    assert len(there.requests) == 1
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("agents", "gateway"))]
    assert "123456" not in str(ours) and SECRET not in str(ours)


async def test_what_a_silent_server_was_posted_may_have_been_done(tmp_path: Path) -> None:
    choice = {"method": "POST", "timeout_s": 0.5}
    async with receiver(silence) as there, talking(tmp_path, tool(there, **choice)) as talk:
        await talk.keys_in()
        [told] = talk.told()
    assert NOT_KNOWN in told


async def test_nothing_inside_is_reached_unless_the_operator_says_so(tmp_path: Path) -> None:
    async with receiver(status(200, body=SAID)) as there, talking(tmp_path, tool(there), inside=False) as talk:
        await talk.keys_in()
        assert talk.told()[0].startswith("order_status could not be reached.")
    assert there.connections == 0


async def test_what_does_not_fit_is_not_sent(tmp_path: Path) -> None:
    loose = {**DIGITS, "properties": {"digits": {"type": "string", "minLength": 7}}}
    async with receiver() as there, talking(tmp_path, {**tool(there), "parameters": loose}) as talk:
        await talk.keys_in()
        assert "digits breaks the rule minLength: 7" in talk.told()[0]
    assert there.connections == 0
