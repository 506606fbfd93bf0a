"""Tools of a real server of the Model Context Protocol on loopback: what it answers, and each way in which it fails."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.context import Context
from mcp_types import ImageContent
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile
from agents.skills import mcp_tool
from agents.skills.own_tools import Ways
from agents.tool_choice import ToolChoice
from agents.tool_words import ToolFailed
from gateway.agent_settings import AgentSettings, McpServerSettings
from gateway.settings import Settings

SECRET = "Bearer s3cr3t-of-the-shop"


@dataclass
class Shop:
    """The server; `seen` are the Authorization headers that came, `asked` what its tools were asked. `old`: it speaks
    the revisions with sessions only, whose names are in `sessions`."""

    url: str = ""
    old: bool = False
    seen: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self, *, json_response: bool) -> ASGIApp:
        server = MCPServer("shop")

        @server.tool()
        async def order(number: str) -> dict[str, str]:
            self.asked.append(number)
            return {"status": "sent", "card": "4111 1111 1111 1111"}

        @server.tool(structured_output=False)
        async def plain(number: str) -> str:
            return f"{number} is sent."

        @server.tool()
        async def fails(number: str) -> str:
            raise RuntimeError(f"no {number} of Ana")

        @server.tool()
        async def slow(number: str, context: Context) -> str:
            self.asked.append(number)
            await self.waits.wait()
            return "late"

        @server.tool(structured_output=False)
        async def picture(number: str) -> ImageContent:
            return ImageContent(type="image", data="", mime_type="image/png")

        @server.tool(structured_output=False)
        async def long(number: str) -> str:
            return "x" * 9000

        return self._noting(server.streamable_http_app(json_response=json_response))

    def _noting(self, app: ASGIApp) -> ASGIApp:
        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {name.decode(): value.decode() for name, value in scope.get("headers", ())}
            if scope["type"] == "http":
                self.seen.add(headers.get("authorization", ""))
                self.sessions |= {headers["mcp-session-id"]} if "mcp-session-id" in headers else set()
            if self.old and headers.get("mcp-method") == "server/discover":
                await PlainTextResponse("no", 400)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return noting


@asynccontextmanager
async def opened(*, json_response: bool = False, old: bool = False) -> AsyncIterator[Shop]:
    shop = Shop(old=old)
    listening = socket.create_server(("127.0.0.1", 0))
    shop.url = f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    config = uvicorn.Config(shop.app(json_response=json_response), log_config=None, access_log=False, lifespan="on")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listening])
    looping = asyncio.ensure_future(server.main_loop())
    try:
        yield shop
    finally:
        shop.waits.set()
        server.should_exit = True
        await looping
        await server.shutdown([listening])


async def run(url: str, tool: str, folder: Path, *, server: str = "shop") -> str:
    """As a call does it, from its settings on."""
    shape = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}
    asked = {"name": "orders", "when": "Orders.", "parameters": shape, "mcp": {"server": server, "tool": tool}}
    profile = AgentProfile.model_validate({**DEMO_PROFILE, "id": "agt_1", "tools": [asked]})
    servers = {"shop": McpServerSettings(url=url, secret=SecretStr(SECRET))}
    settings = Settings(state_dir=folder, agents=AgentSettings(mcp_servers=servers))

    async def no_secrets(_: str) -> dict[str, str]:
        return {}

    ways = await Ways.open(profile, settings, no_secrets)
    async with asyncio.timeout(60):
        return await ways.run(ToolChoice.model_validate(asked), {"number": "7"})


async def failed(url: str, tool: str, folder: Path, **more: Any) -> ToolFailed:
    with pytest.raises(ToolFailed) as error:
        await run(url, tool, folder, **more)
    assert "Ana" not in str(error.value.__dict__)
    return error.value


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("json_response", [True, False])
async def test_what_the_server_answers_is_told_without_card_numbers(
    tmp_path: Path, json_response: bool, old: bool
) -> None:
    async with opened(json_response=json_response, old=old) as shop:
        told = json.loads(await run(shop.url, "order", tmp_path))
        assert await run(shop.url, "plain", tmp_path) == "7 is sent."
    assert told == {"status": "sent", "card": "[card number]"}
    assert shop.asked == ["7"] and shop.seen == {SECRET}
    assert len(shop.sessions) == (2 if old else 0)


async def test_a_tool_that_fails_or_is_not_there_says_no_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with opened() as shop:
            assert (await failed(shop.url, "fails", tmp_path)).detail == "orders said no."
            assert (await failed(shop.url, "nobody", tmp_path)).code in ("tool.status", "tool.raised")
    client = [one.getMessage() for one in caplog.records if not one.name.startswith("mcp.server")]
    assert SECRET not in str(client) and "Ana" not in str(client)


async def test_one_that_hangs_is_given_up_and_may_have_done_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as shop:
        monkeypatch.setattr(mcp_tool, "WITHIN_S", 2.0)
        error = await failed(shop.url, "slow", tmp_path)
    assert shop.asked == ["7"] and error.unknown


async def test_who_is_not_there_is_not_reached_and_has_done_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/mcp"
    error = await failed(url, "order", tmp_path)
    assert (error.detail, error.unknown, error.again) == ("orders could not be reached.", False, True)


@pytest.mark.parametrize(("tool", "says"), [("picture", "what is no text"), ("long", "too much to read")])
async def test_what_no_model_can_read_is_a_failure(tmp_path: Path, tool: str, says: str) -> None:
    async with opened() as shop:
        assert says in (await failed(shop.url, tool, tmp_path)).detail


async def test_a_server_that_the_operator_has_not_named_is_not_asked(tmp_path: Path) -> None:
    async with opened() as shop:
        error = await failed(shop.url, "order", tmp_path, server="other")
    assert error.detail == "orders is not set up on this machine." and not shop.seen
