"""Where what a tool is told goes, for the statement of who got something of a call. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from agents.tool_choice import ToolChoice
from gateway.agent_settings import McpServerSettings


def host_of(choice: ToolChoice, servers: Mapping[str, McpServerSettings]) -> str:
    """A host, or "" for what stays in this process."""
    if choice.http:
        return urlsplit(choice.http.url).hostname or ""
    server = servers.get(choice.mcp.server) if choice.mcp else None
    return (urlsplit(server.url).hostname or "") if server else ""
