"""Creates what a first call needs, through the public REST API, the way any user would."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from agents.demo_profile import DEMO_PROFILE
from gateway.kernel.errors import Unavailable

DEMO_NUMBER = "+15105550100"
SYNC_WITHIN = 20.0  # seconds


async def ensure_demo_number(api_url: str, api_key: str) -> None:
    """A trunk for loopback, the demo number, an agent and a rule; nothing when a number exists already."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers, timeout=20, trust_env=False) as client:
        if not (await _ask(client, "GET", "/v1/numbers"))["data"]:
            await _create(client)
        await _wait_in_sync(client)


async def _create(client: httpx.AsyncClient) -> None:
    trunk = await _ask(client, "POST", "/v1/inbound-trunks", {"name": "loopback", "allowed_addresses": ["127.0.0.0/8"]})
    await _ask(client, "POST", "/v1/numbers", {"number": DEMO_NUMBER, "inbound_trunk_id": trunk["id"]})
    agent = await _ask(client, "POST", "/v1/agents", DEMO_PROFILE)
    await _ask(
        client,
        "POST",
        "/v1/dispatch-rules",
        {"name": "demo", "trunk_ids": [trunk["id"]], "agent_id": agent["id"]},
    )


async def _ask(client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await client.request(method, path, json=body)
    if answer.is_error:
        raise Unavailable(f"{method} {path} was answered {answer.status_code}: {answer.text}", todo="gateway doctor")
    return answer.json()


async def _wait_in_sync(client: httpx.AsyncClient) -> None:
    """Returns once LiveKit has the trunk and the rule."""
    deadline = asyncio.get_running_loop().time() + SYNC_WITHIN
    while True:
        states = [await _ask(client, "GET", f"/v1/{name}/sync") for name in ("inbound-trunks", "dispatch-rules")]
        if all(state["in_sync"] for state in states):
            return
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("LiveKit did not take the trunk and the rule", todo="gateway doctor")
        await asyncio.sleep(0.05)
