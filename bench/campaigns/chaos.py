"""A campaign over real SIP to a foreign carrier, while processes of the stack are killed; then everybody is counted."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.campaigns.carrier import Carrier
from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack

VICTIMS = ("control-plane", "sip-node", "worker-1", "worker-2", "redis", "livekit-server")
OURS, STEM = "+16145550190", 1_614_300_0000
DIGITS = "01234567"  # the last ones of the numbers: what people do, see carrier.xml
UNWANTED = 20  # each so manieth is on the do-not-call list
AT_ONCE = 10
LOOK_S = 0.5
SOON_S = 2.0
STUCK_S = 300.0
OVER = ("finished", "stopped")

Say = Callable[[str], None]


@dataclass
class Figures:
    """`resumed`: the campaign had stopped by itself since dials failed, and somebody let it go on."""

    contacts: int
    kills: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    lost: int = 0
    against_the_gate: int = 0
    resumed: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not (self.twice or self.lost or self.against_the_gate)


def numbers(count: int) -> list[str]:
    """So many, with the last digits in turn."""
    return [f"+{STEM + place // len(DIGITS) * 10 + int(DIGITS[place % len(DIGITS)])}" for place in range(count)]


class CampaignChaos:
    def __init__(self, contacts: int, kills: int, seed: int, folder: Path, say: Say) -> None:
        self._kills, self._dice, self._folder, self._say = kills, random.Random(seed), folder, say
        self._numbers = numbers(contacts)
        self._unwanted = set(self._numbers[::UNWANTED])
        self.figures = Figures(contacts)
        self._stack: RunningStack

    async def run(self) -> Figures:
        with ExitStack() as after:
            carrier = after.enter_context(Carrier(self._folder / "carrier"))
            self._stack = await asyncio.to_thread(start_stack, self._folder / "stack")
            after.callback(self._stack.stop)
            campaign = await asyncio.to_thread(self._set_up, carrier)
            began = time.monotonic()
            await self._until_over(campaign)
            self.figures.seconds = time.monotonic() - began
            await asyncio.to_thread(self._count, campaign, carrier)
        return self.figures

    def _set_up(self, carrier: Carrier) -> str:
        stack = self._stack
        trunk = stack.post(
            "/v1/outbound-trunks",
            {"name": "chaos", "address": f"127.0.0.1:{carrier.port}", "transport": "udp", "numbers": [OURS]},
        )["id"]
        stack.until(lambda: stack.get(f"/v1/outbound-trunks/{trunk}")["livekit_id"], "the trunk is in LiveKit")
        agent = stack.post("/v1/agents", {"name": "chaos", "greeting": "Hello."})["id"]
        terms = {
            "name": "chaos", "agent_id": agent, "trunk_id": trunk, "purpose": "emergency", "seller": "Chaos",
            "pacing": {"at_once": AT_ONCE}, "ring_s": 5, "max_duration_s": 60, "detects_machine": False,
            "retries": {"no_agent": {"after_s": 10, "most": 100}},
        }  # fmt: skip
        campaign = stack.post("/v1/campaigns", terms)["id"]
        text = "\n".join(["phone", *self._numbers])
        stack.api.put(f"/v1/campaigns/{campaign}/imports", content=text, timeout=120).raise_for_status()
        for number in self._unwanted:
            stack.post("/v1/do-not-call/entries", {"number": number, "scope": "everything"})
        stack.post(f"/v1/campaigns/{campaign}/start", {}, 200)
        return campaign

    async def _until_over(self, campaign: str) -> None:
        marks = sorted(self._dice.uniform(0, 0.9 * self.figures.contacts) for _ in range(self._kills))
        done, moved = -1, time.monotonic()
        while True:
            told = await asyncio.to_thread(self._progress, campaign)
            if told is not None:
                over = told["contacts"]["done"] + told["contacts"]["refused"]
                if over != done:
                    done, moved = over, time.monotonic()
                if told["state"] in OVER and not any(told["open"].values()):
                    return
                if told["state"] == "paused":
                    await asyncio.to_thread(self._resume, campaign)
                while marks and over >= marks[0]:
                    await asyncio.sleep(self._dice.uniform(0, SOON_S))
                    if self._kill(over):
                        marks.pop(0)
            if time.monotonic() - moved > STUCK_S:
                raise RuntimeError(f"nothing happens any more; {done} contacts are done; see {self._folder}")
            await asyncio.sleep(LOOK_S)

    def _progress(self, campaign: str) -> dict[str, Any] | None:
        """None while the control plane is away."""
        try:
            answer = self._stack.api.get(f"/v1/campaigns/{campaign}/progress")
        except httpx.TransportError:
            return None
        return answer.json() if answer.is_success else None

    def _resume(self, campaign: str) -> None:
        try:
            answer = self._stack.api.post(f"/v1/campaigns/{campaign}/resume", json={})
        except httpx.TransportError:
            return
        self.figures.resumed += answer.is_success

    def _kill(self, over: int) -> bool:
        victim = self._dice.choice(VICTIMS)
        try:
            os.kill(self._stack.pids()[victim], signal.SIGKILL)
        except (KeyError, ProcessLookupError):  # it died of another one's death
            self._say(f"{over:5} done, {victim} is just being started")
            return False
        self.figures.kills[victim] += 1
        self._say(f"{over:5} done, {victim} killed")
        return True

    def _count(self, campaign: str, carrier: Carrier) -> None:
        contacts, cursor = list[dict[str, Any]](), ""
        while True:
            at = {"cursor": cursor} if cursor else {}
            page = self._stack.get(f"/v1/campaigns/{campaign}/contacts", limit=100, **at)
            contacts += page["data"]
            if not (cursor := page["next_cursor"] or ""):
                break
        dialled, found = carrier.dialled(), self.figures
        found.twice = sum(count > 1 for count in dialled.values())
        found.against_the_gate = sum(number in self._unwanted for number in dialled)
        over = [one for one in contacts if one["state"] in ("done", "refused") and one["outcome"]]
        found.lost = found.contacts - len(over)
        found.outcomes = Counter(one["outcome"] for one in contacts)
