"""The settings of agents' tools. A part of `gateway.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr


class McpServerSettings(BaseModel):
    """A server of the Model Context Protocol, by streamable HTTP. The operator has chosen it, so it may be inside."""

    url: str = Field(pattern=r"^https?://[^\s#]+$", description="https://shop.example/mcp")
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]{1,64}$")
    secret: SecretStr = Field(default=SecretStr(""), description="the header's whole value: Bearer …; empty: no header")
    ca_file: Path | None = Field(default=None, description="PEM; whose TLS is believed; default: the machine's")


class AgentSettings(BaseModel):
    """What profiles of agents may use of this machine (docs/tools.md). Read by the workers."""

    python_tools: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]] = Field(
        default=[], description='entry points of the group gateway.tools that profiles may name: ["order_status"]'
    )
    mcp_servers: dict[str, McpServerSettings] = Field(
        default={}, description='by the names that profiles use: {"shop": {"url": "https://shop.example/mcp"}}'
    )
