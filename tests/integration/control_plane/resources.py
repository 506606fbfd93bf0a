"""The resources of the API that share their conventions: how the n-th of each is created, and a change to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.integration.control_plane.plane import Json, Plane


@dataclass(frozen=True)
class Resource:
    """`body` gives the n-th body, after it made what the body names; `table` is where rows land."""

    path: str
    table: str
    prefix: str
    body: Callable[[Plane, int], Awaitable[Json]]
    change: Json
    wrong: Json

    def __str__(self) -> str:
        return self.path.rpartition("/")[2]

    async def made(self, plane: Plane, n: int = 0) -> Json:
        return await plane.made(self.path, **await self.body(plane, n))


async def _number(plane: Plane, n: int) -> Json:
    return {"number": f"+1510555{n:04d}", "name": f"line {n}"}


async def _inbound(plane: Plane, n: int) -> Json:
    return {"name": f"carrier {n}", "allowed_addresses": ["192.0.2.0/24"], "max_calls": 3}


async def _outbound(plane: Plane, n: int) -> Json:
    return {"name": f"way out {n}", "address": "sip.carrier.example", "numbers": [f"+1510555{n:04d}"]}


async def _agent(plane: Plane, n: int) -> Json:
    return {"name": f"agent {n}", "greeting": "Hello"}


async def _rule(plane: Plane, n: int) -> Json:
    known = (await plane.admin.get("/v1/inbound-trunks")).json()["data"]
    trunk = known[0] if known else await plane.trunk()
    agents = (await plane.admin.get("/v1/agents")).json()["data"]
    agent = agents[0] if agents else await plane.agent()
    numbers = [f"+1510555{n:04d}"]
    return {"name": f"rule {n}", "trunk_ids": [trunk["id"]], "agent_id": agent["id"], "numbers": numbers}


async def _target(plane: Plane, n: int) -> Json:
    return {"name": f"person {n}", "kind": "operator", "identity": f"person{n}"}


async def _webhook(plane: Plane, n: int) -> Json:
    return {"name": f"receiver {n}", "url": f"https://crm.example/{n}"}


async def _entry(plane: Plane, n: int) -> Json:
    return {"list": "block", "kind": "number", "value": f"+1510555{n:04d}"}


async def _key(plane: Plane, n: int) -> Json:
    return {"name": f"key {n}", "role": "viewer"}


NUMBERS = Resource("/v1/numbers", "numbers", "num", _number, {"name": "front desk"}, {"name": 5})
INBOUND = Resource("/v1/inbound-trunks", "trunks", "trk", _inbound, {"enabled": False}, {"enabled": "perhaps"})
OUTBOUND = Resource("/v1/outbound-trunks", "trunks", "trk", _outbound, {"transport": "tls"}, {"transport": "smoke"})
RULES = Resource("/v1/dispatch-rules", "dispatch_rules", "rule", _rule, {"max_duration_s": 60}, {"max_duration_s": 1})
AGENTS = Resource("/v1/agents", "agents", "agt", _agent, {"greeting": "Good day"}, {"greeting": []})
TARGETS = Resource("/v1/transfer-targets", "transfer_targets", "tgt", _target, {"ring_s": 30}, {"ring_s": 4})
WEBHOOKS = Resource(
    "/v1/webhooks", "webhooks", "whk", _webhook, {"events": ["call.ended"]}, {"events": ["call.sneezed"]}
)
ENTRIES = Resource("/v1/screening/entries", "screening_entries", "scr", _entry, {"note": "rude"}, {"note": 5})
KEYS = Resource("/v1/api-keys", "api_keys", "key", _key, {}, {"role": "king"})

CONFIGURED = (NUMBERS, INBOUND, OUTBOUND, RULES, AGENTS, TARGETS)  # what is read one by one and changed
ALL = (*CONFIGURED, WEBHOOKS, ENTRIES, KEYS)
