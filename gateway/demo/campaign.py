"""Thirty people are called on loopback, as a campaign: a stack of its own, a file of contacts, the calls, a report."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from agents.demo_profile import CALLED_NAMES, WARNING, WARNING_GREETING, WARNING_OPENING
from gateway.campaigns.report import page
from gateway.demo.crowd import HOST, Crowd
from gateway.demo.provision import in_sync
from gateway.demo.run import Screen
from gateway.kernel.errors import Unavailable
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator
from gateway.stack.run import running_stack

CALLS, AT_ONCE, SEED = 30, 3, 1
OURS, FIRST = "+16145550190", 16145550200
UNWANTED = 11  # the place of somebody who is on the do-not-call list
PORTS = 400
LOOK_S = 1.0
# A warning may be given at any hour, so that the demonstration works by night as well.
TERMS = {
    "name": "boil your water", "purpose": "emergency", "seller": "Water works", "ring_s": 6, "max_duration_s": 90,
    "pacing": {"at_once": AT_ONCE}, "retries": {"no_agent": {"after_s": 10, "most": 20}}, "opening": WARNING_OPENING,
    "voicemail": {"policy": "leave_message", "message": WARNING},
}  # fmt: skip
EXPECTED: dict[str, frozenset[str]] = {
    **dict.fromkeys("012349", frozenset({"answered"})),
    "5": frozenset({"busy"}), "6": frozenset({"no_answer"}), "7": frozenset({"declined"}),
    "8": frozenset({"message_left"}),
}  # fmt: skip

Told = dict[str, Any]


@dataclass
class CampaignReport:
    """`ok`: everybody was called once, and nobody who may not be; `strange`: with whom it went otherwise."""

    report: str
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.strange


async def run_demo_campaign(screen: Screen, folder: Path, show: Callable[[Told], None]) -> CampaignReport:
    """`show` gets the campaign's progress each second."""
    allocator = PortAllocator()
    state_dir = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    plan = StackPlan(state_dir, StackPorts.allocate(allocator, sip=None, api=None), extra_env={})
    low, found = allocator.block(PORTS), None
    try:
        async with (
            running_stack(plan, say=screen.say, on_progress=screen.progress),
            Crowd((low, low + PORTS - 2), random.Random(SEED)) as crowd,
            _client(plan) as client,
        ):
            found = await _Campaign(client, crowd, screen, show).run(folder)
        return found
    finally:
        if found and found.ok:
            shutil.rmtree(state_dir, ignore_errors=True)
        else:
            screen.say(f"the logs of this run are kept in {plan.logs}")


def _client(plan: StackPlan) -> httpx.AsyncClient:
    key = StackRecord(plan.state_dir).read_env()["GATEWAY_API_KEY"]
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(base_url=plan.api_url, headers=headers, timeout=30, trust_env=False)


class _Campaign:
    def __init__(self, client: httpx.AsyncClient, crowd: Crowd, screen: Screen, show: Callable[[Told], None]) -> None:
        self._client, self._crowd, self._screen, self._show = client, crowd, screen, show

    async def run(self, folder: Path) -> CampaignReport:
        campaign = await self._set_up()
        began = asyncio.get_running_loop().time()
        await self._ask("POST", f"/v1/campaigns/{campaign}/start", {})
        await self._follow(campaign)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "campaign.html"
        file.write_text(page(await self._ask("GET", f"/v1/campaigns/{campaign}/figures")))
        found = CampaignReport(str(file), asyncio.get_running_loop().time() - began)
        await self._judge(campaign, found)
        return found

    async def _set_up(self) -> str:
        trunk = {"name": "loopback", "address": f"{HOST}:{self._crowd.port}", "transport": "udp", "numbers": [OURS]}
        more = {"price_per_minute": "0.01", "max_calls_per_s": 2}
        trunk_id = (await self._ask("POST", "/v1/outbound-trunks", trunk | more))["id"]
        agent = {"name": "warner", "greeting": WARNING_GREETING}
        agent_id = (await self._ask("POST", "/v1/agents", agent))["id"]
        campaign = (await self._ask("POST", "/v1/campaigns", TERMS | {"agent_id": agent_id, "trunk_id": trunk_id}))[
            "id"
        ]
        taken = await self._ask("PUT", f"/v1/campaigns/{campaign}/imports", _file())
        unwanted = {"number": f"+{FIRST + UNWANTED}", "scope": "everything"}
        await self._ask("POST", "/v1/do-not-call/entries", unwanted)
        self._screen.say(f"a file of {taken['rows']} contacts: {taken['added']} taken, {taken['rejected']} rejected")
        self._screen.say("one of them is on the do-not-call list")
        await in_sync(self._client)
        return campaign

    async def _follow(self, campaign: str) -> None:
        while True:
            told = await self._ask("GET", f"/v1/campaigns/{campaign}/progress")
            self._show(told)
            if told["state"] != "running" and not any(told["open"].values()):
                return
            await asyncio.sleep(LOOK_S)

    async def _judge(self, campaign: str, found: CampaignReport) -> None:
        contacts = (await self._ask("GET", f"/v1/campaigns/{campaign}/contacts?limit=100"))["data"]
        found.outcomes = dict(Counter(one["outcome"] for one in contacts))
        unwanted = f"+{FIRST + UNWANTED}"
        for one in contacts:
            number, rang = one["number"], self._crowd.rang[one["number"]]
            wanted = frozenset({"refused"}) if number == unwanted else EXPECTED[number[-1]]
            if one["outcome"] not in wanted or rang != (0 if number == unwanted else 1):
                found.strange.append(f"a number that ends in {number[-1]}: {one['outcome']}, rang {rang} times")
        if len(contacts) != CALLS:
            found.strange.append(f"{len(contacts)} contacts in place of {CALLS}")

    async def _ask(self, method: str, path: str, body: Told | str | None = None) -> Any:
        given: dict[str, Any] = {"content": body} if isinstance(body, str) else {"json": body}
        answer = await self._client.request(method, path, **given)
        if answer.is_error:
            raise Unavailable(f"{method} {path} was refused: {answer.text}", todo="gateway doctor")
        return answer.json()


def _file() -> str:
    """As a spreadsheet gives it: with a line of names, and a line that is none of anybody."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("phone", "name", "place"))
    rows.writerow(("call me maybe", "Nobody", "US-OH"))
    rows.writerows((f"+{FIRST + place}", CALLED_NAMES[place % len(CALLED_NAMES)], "US-OH") for place in range(CALLS))
    return text.getvalue()
