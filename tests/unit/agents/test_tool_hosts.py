"""Whom a tool tells what it was given."""

from __future__ import annotations

from typing import Any

from agents.tool_choice import ToolChoice
from agents.tool_hosts import host_of
from gateway.agent_settings import McpServerSettings

SERVERS = {"shop": McpServerSettings(url="https://shop.example:8443/mcp")}


def tool(**way: Any) -> ToolChoice:
    return ToolChoice.model_validate({"name": "order_status", "when": "The caller asks.", **way})


def test_the_host_of_each_way() -> None:
    assert host_of(tool(http={"url": "https://crm.example:444/orders"}), SERVERS) == "crm.example"
    assert host_of(tool(mcp={"server": "shop", "tool": "status"}), SERVERS) == "shop.example"
    assert host_of(tool(mcp={"server": "gone", "tool": "status"}), SERVERS) == ""
    assert host_of(tool(python="order_status"), SERVERS) == ""
