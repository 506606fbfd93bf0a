"""A tool of a server of the Model Context Protocol, which the operator has named in the settings."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from ssl import create_default_context
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from agents.skills.bounded import bounded, readable
from agents.tool_choice import ToolChoice
from agents.tool_text import without_secrets
from agents.tool_words import ToolFailed
from gateway.agent_settings import McpServerSettings
from gateway.kernel.logs import get_logger

WITHIN_S = 10.0

_log = get_logger(__name__)
for _name in ("mcp", "httpx2"):  # what they report of a fault may hold what was said, or who was asked
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class McpTools:
    """Of one call. Each use has a connection of its own: nobody knows when the next one will be."""

    def __init__(self, servers: Mapping[str, McpServerSettings]) -> None:
        self._servers = servers

    async def run(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        """What a model may read. `arguments` fit the schema. Raises ToolFailed."""
        assert choice.mcp is not None
        server = self._servers.get(choice.mcp.server)
        if server is None:
            _log.warning("mcp_server_missing", tool=choice.name, server=choice.mcp.server)
            raise ToolFailed(f"{choice.name} is not set up on this machine.", code="tool.missing")
        use = _Use(server)
        result = await bounded(choice, use.ask(choice.mcp.tool, arguments), WITHIN_S, lambda: use.begun)
        if result.is_error:
            _log.warning("tool_said_no", tool=choice.name)
            raise ToolFailed(f"{choice.name} said no.", code="tool.status")
        return without_secrets(readable(choice, _content(choice, result)), [server.secret.get_secret_value()])


class _Use:
    """`begun`: the tool itself may have been asked."""

    def __init__(self, server: McpServerSettings) -> None:
        self._server = server
        self.begun = False

    async def ask(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        server, secret = self._server, self._server.secret.get_secret_value()
        async with (
            httpx2.AsyncClient(
                headers={server.header: secret} if secret else {}, timeout=WITHIN_S, trust_env=False,
                verify=create_default_context(cafile=str(server.ca_file) if server.ca_file else None),
            ) as http,
            Client(streamable_http_client(server.url, http_client=http), read_timeout_seconds=WITHIN_S) as client,
        ):  # fmt: skip
            self.begun = True
            return await client.call_tool(tool, dict(arguments))


def _content(choice: ToolChoice, result: CallToolResult) -> Any:
    """What it says as JSON, else its text. Raises ToolFailed for pictures and sound."""
    if result.structured_content is not None:
        return result.structured_content
    texts = [part.text for part in result.content if isinstance(part, TextContent)]
    if len(texts) < len(result.content):
        raise ToolFailed(f"{choice.name} answered what is no text.", code="tool.unreadable", unknown=True)
    return "\n".join(texts)
