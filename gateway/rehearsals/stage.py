"""What rehearsals need on a stack: agents, numbers and rules of their own, which go again; through the REST API."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from agents.profile import AgentContent
from gateway.demo.provision import in_sync
from gateway.kernel.errors import Unavailable
from gateway.rehearsals.document import Rehearsal
from gateway.rehearsals.office import HOST, NUMBERS
from gateway.rehearsals.wanted import Wanted

NUMBER, MOST_NUMBERS = 14155550100, 100  # kept for fiction
RING_S = 8
OWN_PLACES = '["US-TX"]'  # where nothing has to be told by law; the setting GATEWAY_CONSENT__OWN_PLACES


@dataclass(frozen=True)
class Place:
    """A stack that runs: where its REST API is, with a key, and where its SIP node is (host:port)."""

    url: str
    key: str = field(repr=False)
    sip: str


@dataclass(frozen=True)
class Line:
    """A number that reaches one agent on certain terms. `targets`: the name of a place in its profile, by target."""

    number: str
    agent_id: str
    targets: dict[str, str]


class Stage:
    """`async with Stage(place, office_port) as stage`: what `line` makes is gone after it."""

    def __init__(self, place: Place, office_port: int) -> None:
        self.place, self._office_port = place, office_port
        headers = {"Authorization": f"Bearer {place.key}"}
        self.http = httpx.AsyncClient(base_url=place.url, headers=headers, timeout=30, trust_env=False)
        self._lines: dict[str, Line] = {}
        self._made: list[str] = []
        self._inbound = self._outbound = ""
        self._free: list[str] = []
        self._making = asyncio.Lock()

    async def __aenter__(self) -> Stage:
        taken = {one["number"] for one in (await self.ask("GET", "/v1/numbers?limit=500"))["data"]}
        numbers = [f"+{NUMBER + n}" for n in range(MOST_NUMBERS)]
        self._free = [one for one in random.sample(numbers, len(numbers)) if one not in taken]
        inbound = {"name": f"rehearsals {self._free[0]}", "allowed_addresses": [f"{HOST}/8"]}
        self._inbound = await self._make("/v1/inbound-trunks", inbound)
        outbound = {
            "name": f"rehearsals {self._free[0]}", "address": f"{HOST}:{self._office_port}", "transport": "udp",
            "numbers": [self._free[0]],
        }  # fmt: skip
        self._outbound = await self._make("/v1/outbound-trunks", outbound)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for line in self._lines.values():  # else its targets could not go
                await self.http.patch(f"/v1/agents/{line.agent_id}", json={"transfers": []})
            for path in self._made:
                await self.http.delete(path)
        except httpx.HTTPError as left:
            raise Unavailable("the stack went away during the rehearsals", todo="gateway status") from left
        finally:
            await self.http.aclose()

    async def line(self, wanted: Wanted) -> Line:
        """The same for rehearsals with the same agent and terms."""
        rehearsal, agent = wanted.rehearsal, wanted.agent
        terms = json.dumps([agent.model_dump(mode="json"), rehearsal.told.model_dump(), rehearsal.human])
        async with self._making:
            if terms not in self._lines:
                self._lines[terms] = await self._new_line(rehearsal, agent)
            return self._lines[terms]

    async def _new_line(self, rehearsal: Rehearsal, agent: AgentContent) -> Line:
        number, content = self._free.pop(), agent.model_dump(mode="json")
        agent_id = await self._make("/v1/agents", content | {"name": f"rehearsed: {agent.name}"[:100], "transfers": []})
        targets: dict[str, str] = {}
        for choice in content["transfers"]:
            target = {
                "kind": "phone", "name": f"rehearsal {number} {choice['name']}", "number": NUMBERS[rehearsal.human],
                "trunk_id": self._outbound, "ring_s": RING_S, "allowed_agents": [agent_id],
                "voicemail_detection": False,
            }  # fmt: skip
            choice["target_id"] = await self._make("/v1/transfer-targets", target)
            targets[choice["target_id"]] = choice["name"]
        await self.ask("PATCH", f"/v1/agents/{agent_id}", {"transfers": content["transfers"]})
        await self._make("/v1/numbers", {"number": number, "inbound_trunk_id": self._inbound})
        told = {"tell_ai": "always" if rehearsal.told.ai else "by_law", "record": rehearsal.told.record}
        rule = {
            "name": f"rehearsal {number}", "trunk_ids": [self._inbound], "numbers": [number], "agent_id": agent_id,
            "disclosure": told | {"caller_places": json.loads(OWN_PLACES)},
        }  # fmt: skip
        await self._make("/v1/dispatch-rules", rule)
        await in_sync(self.http)
        return Line(number, agent_id, targets)

    async def _make(self, path: str, body: dict[str, Any]) -> str:
        name = (await self.ask("POST", path, body))["id"]
        self._made.insert(0, f"{path}/{name}")
        return name

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Raises Unavailable for a refusal too: rehearsals have nothing else to do then."""
        try:
            answer = await self.http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Unavailable("the stack does not answer", todo="gateway status") from error
        if answer.is_error:
            raise Unavailable(
                f"{method} {path} was answered {answer.status_code}: {answer.text}", todo="gateway doctor"
            )
        return answer.json()
