"""A campaign from its terms to its end, over real SIP to a foreign carrier, with the agents that answer calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bench.campaigns.carrier import Carrier
from tests.sip.stack import RunningStack

OURS, STEM = "+16145550190", "+161455502"
WANTED = {  # the last digit says what the called one does
    "10": "answered", "21": "answered", "13": "answered", "35": "busy", "46": "no_answer", "57": "declined",
    "60": "refused",
}  # fmt: skip
PATIENCE_S = 180.0


@pytest.fixture
def agent(stack: RunningStack) -> Iterator[str]:
    """Gone afterwards: other tests take the only agent there is."""
    made = stack.post("/v1/agents", {"name": "warner", "greeting": "Hello {{name}}, please boil your water today."})[
        "id"
    ]
    yield made
    for campaign in stack.get("/v1/campaigns")["data"]:
        if campaign["state"] in ("running", "paused"):
            stack.post(f"/v1/campaigns/{campaign['id']}/stop", {}, 200)
    stack.api.delete(f"/v1/agents/{made}").raise_for_status()


def terms(stack: RunningStack, carrier: Carrier, agent: str) -> dict[str, Any]:
    """A warning, which may be given at any hour: the test has no hours of its own."""
    trunk = stack.post(
        "/v1/outbound-trunks",
        {"name": "campaigns", "address": f"127.0.0.1:{carrier.port}", "transport": "udp", "numbers": [OURS],
         "price_per_minute": "0.01", "max_calls_per_s": 5},
    )  # fmt: skip
    stack.until(lambda: stack.get(f"/v1/outbound-trunks/{trunk['id']}")["livekit_id"], "the trunk is in LiveKit")
    return {
        "name": "water", "agent_id": agent, "trunk_id": trunk["id"], "purpose": "emergency",
        "seller": "Water works", "pacing": {"at_once": 3}, "ring_s": 5, "max_duration_s": 60,
        "retries": {"no_agent": {"after_s": 10, "most": 50}}, "detects_machine": False,
    }  # fmt: skip


async def test_everybody_is_called_once_and_what_came_of_it_is_told(
    stack: RunningStack, carrier: Carrier, agent: str
) -> None:
    campaign = stack.post("/v1/campaigns", terms(stack, carrier, agent))["id"]
    stack.post("/v1/do-not-call/entries", {"number": STEM + "60", "scope": "everything"})
    contacts = [{"number": STEM + place, "variables": {"name": "Ana"}} for place in WANTED]
    stack.post(f"/v1/campaigns/{campaign}/contacts", {"contacts": contacts}, 200)
    stack.post(f"/v1/campaigns/{campaign}/start", {}, 200)

    def finished() -> bool:
        return stack.get(f"/v1/campaigns/{campaign}")["state"] == "finished"

    await asyncio.to_thread(stack.until, finished, "the campaign is finished", PATIENCE_S)
    found = stack.get(f"/v1/campaigns/{campaign}/contacts")["data"]
    assert {one["number"][-2:]: one["outcome"] for one in found} == WANTED
    dialled = {STEM + place for place, outcome in WANTED.items() if outcome != "refused"}
    assert carrier.dialled() == dict.fromkeys(dialled, 1)
    every = stack.get(f"/v1/campaigns/{campaign}/attempts", limit=100)["data"]
    attempts = [one for one in every if one["dialled_at"]]  # a busy machine may have had no agent at first
    assert len(attempts) == len(dialled)
    for one in attempts:
        assert one["call_id"] and one["agent_at"] <= one["dialled_at"], "an agent was there first"
    answered = [one for one in attempts if one["outcome"] == "answered"]
    (wish,) = stack.get("/v1/do-not-call/revocations", number=STEM + "13")["data"]
    assert (wish["heard"], wish["scope"]) == ("key", "everything")
    for one in (one for one in answered if one["call_id"] != wish["call_id"]):
        lines = stack.get(f"/v1/calls/{one['call_id']}/transcript")["data"]
        assert any("Hello Ana, please boil your water" in line["text"] for line in lines if line["speaker"] == "agent")
        assert one["seconds"] >= 1 and one["cost"] == "0.01"
    (annoyed,) = (one for one in answered if one["call_id"] == wish["call_id"])
    record = stack.get(f"/v1/calls/{annoyed['call_id']}")
    assert record["termination"]["ended_by"] == "agent", "who is off the list is let go"
    assert not [place for place in WANTED if (STEM + place).lstrip("+") in stack.logs()]
