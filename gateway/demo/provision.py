"""Creates what a first call needs, through the public REST API, the way any user would."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from agents.demo_profile import DEMO_PROFILE
from gateway.kernel.errors import Unavailable

DEMO_NUMBER, OFFICE_NUMBER = "+15105550100", "+15105550142"
SYNC_WITHIN = 20.0  # seconds
SYNCED = ("inbound-trunks", "outbound-trunks", "dispatch-rules")


async def ensure_demo_number(api_url: str, api_key: str, **of_rule: Any) -> None:
    """A trunk for loopback, the demo number, an agent and a rule; nothing when a number exists already."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers, timeout=20, trust_env=False) as client:
        if not (await _ask(client, "GET", "/v1/numbers"))["data"]:
            await _create(client, of_rule)
        await in_sync(client)


async def _create(client: httpx.AsyncClient, of_rule: dict[str, Any]) -> None:
    trunk = await _ask(client, "POST", "/v1/inbound-trunks", {"name": "loopback", "allowed_addresses": ["127.0.0.0/8"]})
    await _ask(client, "POST", "/v1/numbers", {"number": DEMO_NUMBER, "inbound_trunk_id": trunk["id"]})
    agent = await _ask(client, "POST", "/v1/agents", DEMO_PROFILE)
    await _ask(
        client,
        "POST",
        "/v1/dispatch-rules",
        {"name": "demo", "trunk_ids": [trunk["id"]], "agent_id": agent["id"], **of_rule},
    )


async def ensure_human(api_url: str, api_key: str, sip_port: int) -> str:
    """The agent of the demo number may put callers through to a phone on this machine, and have them key in a card;
    the target's id."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers, timeout=20, trust_env=False) as client:
        agent = (await _ask(client, "GET", "/v1/agents"))["data"][0]["id"]
        address = f"127.0.0.1:{sip_port}"
        trunk = {"name": "second phone", "address": address, "transport": "udp", "numbers": [DEMO_NUMBER]}
        trunk_id = (await _ask(client, "POST", "/v1/outbound-trunks", trunk))["id"]
        target = {"kind": "phone", "name": "the office", "number": OFFICE_NUMBER, "trunk_id": trunk_id}
        allowed = {"allowed_agents": [agent]}
        target_id = (await _ask(client, "POST", "/v1/transfer-targets", target | allowed))["id"]
        choice = {"name": "office", "target_id": target_id, "phrases": ["speak to a human"], "key": "0"}
        card = {"name": "card", "fields": ["card_number", "expiry", "cvv"], "phrases": ["pay by card"]}
        await _ask(client, "PATCH", f"/v1/agents/{agent}", {"transfers": [choice], "captures": [card]})
        await in_sync(client)
        return target_id


async def _ask(client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await client.request(method, path, json=body)
    if answer.is_error:
        raise Unavailable(f"{method} {path} was answered {answer.status_code}: {answer.text}", todo="gateway doctor")
    return answer.json()


async def in_sync(client: httpx.AsyncClient) -> None:
    """Returns once LiveKit has the trunks and the rule."""
    deadline = asyncio.get_running_loop().time() + SYNC_WITHIN
    while True:
        states = [await _ask(client, "GET", f"/v1/{name}/sync") for name in SYNCED]
        if all(state["in_sync"] for state in states):
            return
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("LiveKit did not take the trunk and the rule", todo="gateway doctor")
        await asyncio.sleep(0.05)
