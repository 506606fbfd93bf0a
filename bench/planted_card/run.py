"""The calls on a stack of their own, and then the search."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.planted_card.caller import PlantingCaller
from bench.planted_card.places import (
    Found,
    look_in_files,
    look_in_logs,
    look_in_recordings,
    look_in_redis,
    look_in_rows,
    look_in_told,
)
from bench.planted_card.plan import Planted, plan
from bench.planted_card.receivers import Receivers
from bench.serving import serving
from gateway.demo.provision import DEMO_NUMBER
from tests.sip.conftest import start_stack
from tests.sip.stack import SAYS_NOTHING, RunningStack

AT_ONCE = 4
SETTLED_WITHIN_S = 180.0
CARD = {"name": "card", "fields": ["card_number", "expiry", "cvv"], "phrases": ["pay by card"]}
Say = Callable[[str], None]


async def planted_run(count: int, seed: int, folder: Path, say: Say) -> tuple[list[str], Found]:
    """What came of each call (`form: outcome`), and what the search found."""
    plans = plan(count, seed)
    cards = [one.card for one in plans]
    found, told = Found(), Receivers(folder / "told")
    async with serving(told.app) as outside:
        stack = await asyncio.to_thread(start_stack, folder / "stack", env=_environment(outside))
        try:
            await asyncio.to_thread(_provision, stack, f"{outside}/webhooks")
            came = await _calls(plans, stack, folder, say)
            say("waiting until every call is closed, every recording can be played, and everybody was told")
            await asyncio.to_thread(stack.until, lambda: _settled(stack), "all is settled", SETTLED_WITHIN_S)
            say("searching recordings and Redis")
            await asyncio.to_thread(look_in_recordings, stack.api, cards, found)
            await asyncio.to_thread(look_in_redis, stack.env["REDIS_URL"], cards, found)
        finally:
            await asyncio.to_thread(stack.stop)
    say("searching files, rows and what was told outside")
    await asyncio.to_thread(look_in_told, told.folder, cards, found)
    await asyncio.to_thread(look_in_files, folder / "stack", cards, found)
    await asyncio.to_thread(look_in_logs, folder / "stack", found)
    for database in sorted((folder / "stack").glob("*.db")):
        await asyncio.to_thread(look_in_rows, database, found)
    return came, found


def _environment(outside: str) -> dict[str, str]:
    """A model behind HTTP, and receivers on this machine."""
    return {
        "GATEWAY_CAPTURE__TOKENISER": "test_vault",
        "GATEWAY_CAPTURE__CONFIRM_WITHIN_S": "10",
        "GATEWAY_SPEECH__LLM": "openai",
        "GATEWAY_SPEECH__LLM_MODEL": "careless",
        "GATEWAY_SPEECH__LLM_BASE_URL": f"{outside}/v1",
        "GATEWAY_OUTSIDE__NETWORKS": '["127.0.0.0/8"]',
    }


def _provision(stack: RunningStack, receiver: str) -> None:
    """The agent takes cards; every call is recorded; a receiver is told everything that there is."""
    stack.post("/v1/webhooks", {"name": "all", "url": receiver, "personal": True})
    agent = stack.get("/v1/agents")["data"][0]["id"]
    stack.api.patch(f"/v1/agents/{agent}", json={"captures": [CARD]}).raise_for_status()
    rule = stack.get("/v1/dispatch-rules")["data"][0]["id"]
    terms = {"disclosure": {**SAYS_NOTHING, "record": "by_law"}}
    stack.api.patch(f"/v1/dispatch-rules/{rule}", json=terms).raise_for_status()


async def _calls(plans: list[Planted], stack: RunningStack, folder: Path, say: Say) -> list[str]:
    said = folder / "said"
    said.mkdir()
    lanes, came = asyncio.Semaphore(AT_ONCE), list[str]()

    async def one(planted: Planted) -> None:
        async with lanes:
            outcome = await PlantingCaller(stack, DEMO_NUMBER, said).call(planted)
        came.append(f"{planted.form}: {outcome}")
        say(
            f"{len(came):4} of {len(plans)}  {planted.form:14} {outcome}  {planted.kills and planted.kills + ' killed'}"
        )

    await asyncio.gather(*(one(planted) for planted in plans))
    return came


def _settled(stack: RunningStack) -> bool:
    calls: list[dict[str, Any]] = stack.calls()
    recordings = stack.get("/v1/recordings", limit=200)["data"]
    return (
        all(call["termination"] for call in calls)
        and all(one["state"] in ("ready", "failed", "erased") for one in recordings)
        and not any(one["waiting"] for one in stack.get("/v1/webhooks")["data"])
    )
