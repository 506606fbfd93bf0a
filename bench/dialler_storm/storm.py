"""A campaign, processes that dial, kills at random moments; then everybody who was to be called is counted."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bench.dialler_storm.exchange import Exchange
from bench.dialler_storm.set_up import campaign_of, is_unwanted
from compliance.privacy.hash_key import FILE, HashKey
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.db import schema
from gateway.db.session import Database

LONGEST_LIFE_S = 4.0
LOOK_S = 0.5
PATIENCE_S = 300.0  # without any contact done: it hangs


@dataclass
class Figures:
    """`survivors`: processes that were never killed."""

    contacts: int
    kills: int = 0
    twice: int = 0
    lost: int = 0
    against_the_gate: int = 0
    attempts_twice: int = 0
    unknown: int = 0
    delivered_twice: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not (self.twice or self.lost or self.against_the_gate or self.attempts_twice)


class Storm:
    """`diallers` processes; with one, it is killed and started anew; with more (PostgreSQL), one of them is killed for
    good and the others have to finish."""

    def __init__(
        self, contacts: int, kills: int, seed: int, folder: Path, url: str, diallers: int, say: Callable[[str], None]
    ) -> None:
        self._kills, self._diallers, self._folder, self._url, self._say = kills, diallers, folder, url, say
        self._dice, self._database = random.Random(seed), Database(url)
        self._key = HashKey(folder / FILE)
        self.figures = Figures(contacts)

    async def run(self) -> Figures:
        await asyncio.to_thread(schema.upgrade, self._url)
        campaign = await campaign_of(self._database, self._key, self.figures.contacts)
        exchange = Exchange(self._database, self._folder, self._dice)
        sqlite = self._url.startswith("sqlite")
        workflows = f"sqlite:///{self._folder / 'workflows.db'}" if sqlite else self._url
        task = {"database": self._url, "workflows": workflows, "port": await exchange.open()}
        (self._folder / "task.json").write_text(json.dumps(task))
        began = time.monotonic()
        try:
            await (self._one_again_and_again(campaign) if self._diallers == 1 else self._one_for_good(campaign))
        finally:
            await exchange.close()
        self.figures.seconds = time.monotonic() - began
        await self._count(campaign, exchange)
        await self._database.close()
        return self.figures

    async def _one_again_and_again(self, campaign: str) -> None:
        for _ in range(self._kills):
            child = await self._child("one")
            await asyncio.sleep(self._dice.uniform(0, LONGEST_LIFE_S))
            child.kill()
            await child.wait()
            self.figures.kills += 1
            self._say(f"{self.figures.kills} of {self._kills} killed, {await self._done(campaign)} contacts done")
        child = await self._child("one")
        try:
            await self._until_finished(campaign)
        finally:
            child.kill()
            await child.wait()

    async def _one_for_good(self, campaign: str) -> None:
        children = [await self._child(f"dialler-{place}") for place in range(self._diallers)]
        await self._until_done(campaign, self.figures.contacts // 3)
        children[0].kill()
        self.figures.kills = 1
        self._say(f"one of {self._diallers} killed for good, {await self._done(campaign)} contacts done")
        try:
            await self._until_finished(campaign)
        finally:
            for child in children[1:]:
                child.kill()
            for child in children:
                await child.wait()

    async def _child(self, executor_id: str) -> asyncio.subprocess.Process:
        with (self._folder / "child.log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.dialler_storm.child", str(self._folder), executor_id,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert child.stdout
        if await child.stdout.readline() != b"up\n":
            raise RuntimeError((self._folder / "child.log").read_text()[-3000:])
        return child

    async def _until_done(self, campaign: str, wanted: int) -> None:
        while await self._done(campaign) < wanted:
            await asyncio.sleep(LOOK_S)

    async def _until_finished(self, campaign: str) -> None:
        done, changed = -1, time.monotonic()
        while True:
            async with self._database.begin() as session:
                state = (await session.get_one(CampaignRow, campaign)).state
            if state != "running":
                return
            if (now_done := await self._done(campaign)) != done:
                done, changed = now_done, time.monotonic()
            if time.monotonic() - changed > PATIENCE_S:
                raise RuntimeError(f"nothing happens any more; {done} contacts are done")
            await asyncio.sleep(LOOK_S)

    async def _done(self, campaign: str) -> int:
        over = (ContactRow.campaign_id == campaign, ContactRow.state.in_(("done", "refused")))
        async with self._database.begin() as session:
            return await session.scalar(select(func.count()).select_from(ContactRow).where(*over)) or 0

    async def _count(self, campaign: str, exchange: Exchange) -> None:
        async with self._database.begin() as session:
            contacts = list(await session.scalars(select(ContactRow).where(ContactRow.campaign_id == campaign)))
            attempts = list(await session.scalars(select(AttemptRow).where(AttemptRow.campaign_id == campaign)))
        found = self.figures
        found.twice = sum(count > 1 for count in exchange.dialled.values())
        found.against_the_gate = sum(is_unwanted(number) for number in exchange.dialled)
        found.lost = sum(one.state not in ("done", "refused") or not one.outcome for one in contacts)
        found.lost += found.contacts - len(contacts)
        found.attempts_twice = len(attempts) - len({one.position for one in attempts})
        found.outcomes = Counter(one.outcome for one in contacts)
        found.unknown, found.delivered_twice = found.outcomes["unknown"], exchange.twice
