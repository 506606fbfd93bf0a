"""Carriers' doubles here, the process that buys from them killed again and again; then what was sold is counted."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.db import schema
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import open_box
from tests.carriers.bench import AREA
from tests.carriers.market import Market
from trunks.accounts.accounts import Accounts, read_keys
from trunks.accounts.models import CarrierRow
from trunks.models import NumberRow

LONGEST_LIFE_S = 5.0
MORE = 3  # numbers more at each carrier with each life
ADDRESS = {"allowed_addresses": ["192.0.2.0/24"]}


@dataclass
class Figures:
    kills: int = 0
    kills_at_work: int = 0  # while a carrier was just being asked, or a plan was under way
    sold: int = 0
    double_purchases: int = 0
    lost_purchases: int = 0
    rows_without_purchase: int = 0
    converged: bool = False
    faults: int = 0

    @property
    def is_good(self) -> bool:
        return self.converged and not (self.double_purchases or self.lost_purchases or self.rows_without_purchase)


class Storm:
    def __init__(self, kills: int, seed: int, folder: Path, say: Callable[[str], None]) -> None:
        self._kills, self._dice, self._folder, self._say = kills, random.Random(seed), folder, say
        self._market, self.figures = Market(), Figures()

    async def run(self) -> Figures:
        url = f"sqlite+aiosqlite:///{self._folder / 'gateway.db'}"
        await asyncio.to_thread(schema.upgrade, url)
        for place, bench in enumerate(self._market.benches.values()):
            for number in range(MORE * (self._kills + 3) + 30):
                bench.shelve(f"+1{AREA}55{place + 1}{number:04d}")
        async with self._market.open():
            await self._accounts(url)
            for life in range(self._kills):
                await self._live(life)
                if (life + 1) % 10 == 0:
                    self._say(f"{life + 1} of {self._kills} killed, {len(self._market.sold())} numbers sold")
            for bench in self._market.benches.values():
                bench.double.heal()
            self._task(self._kills)
            child = await self._child()
            out, _ = await child.communicate()
            self.figures.converged = child.returncode == 0 and b"converged" in out
            await self._count(url)
        return self.figures

    async def _live(self, life: int) -> None:
        self._task(life)
        self._trouble()
        child = await self._child()
        assert child.stdout
        if await child.stdout.readline() != b"up\n":
            raise RuntimeError((self._folder / "child.log").read_text()[-2000:])
        asked = sum(len(bench.double.exchanges) for bench in self._market.benches.values())
        try:
            await asyncio.wait_for(child.wait(), self._dice.uniform(0, LONGEST_LIFE_S))
        except TimeoutError:
            child.kill()
            await child.wait()
            self.figures.kills += 1
            now = sum(len(bench.double.exchanges) for bench in self._market.benches.values())
            self.figures.kills_at_work += now > asked

    def _trouble(self) -> None:
        """Now and then a carrier acts and does not answer, is busy, or gets something twice."""
        bench = self._dice.choice([*self._market.benches.values()])
        match self._dice.randrange(4):
            case 0:
                bench.double.fail("silent", *bench.purchase)
            case 1:
                bench.double.fail("twice", *bench.purchase)
            case 2:
                bench.double.fail("busy", "*", ".", retry_after="1")
            case _:
                return
        self.figures.faults += 1

    def _task(self, life: int) -> None:
        count = MORE * (life + 1)
        document: dict[str, Any] = {
            "agents": [{"name": "reception", "profile": {"greeting": "Hello."}}],
            "trunks": [{"name": f"trunk-{kind}", "carrier": kind, "inbound": ADDRESS} for kind in self._market.benches],
            "numbers": [
                {"name": kind, "find": {"country": "US"}, "count": count, "trunk": f"trunk-{kind}"}
                for kind in self._market.benches
            ],
            "rules": [
                {"name": kind, "trunks": [f"trunk-{kind}"], "agent": "reception"} for kind in self._market.benches
            ],
        }
        task = {"elsewhere": self._market.elsewhere, "document": document}
        (self._folder / "task.json").write_text(json.dumps(task))

    async def _child(self) -> asyncio.subprocess.Process:
        with (self._folder / "child.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.chaos_apply.child", str(self._folder),
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip

    async def _accounts(self, url: str) -> None:
        accounts = Accounts(open_box(self._folder / "secrets.key"), {})
        now, database = SystemClock().now(), Database(url)
        async with database.begin() as session:
            for kind, bench in self._market.benches.items():
                keys = accounts.seal(read_keys(kind, bench.keys()))
                session.add(
                    CarrierRow(id=new_id("car"), name=kind, kind=kind, keys=keys, created_at=now, updated_at=now)
                )
        await database.close()

    async def _count(self, url: str) -> None:
        sold = Counter(f"+{number.lstrip('+')}" for number in self._market.sold())
        database = Database(url)
        async with database.begin() as session:
            rows = {row.number for row in await session.scalars(select(NumberRow)) if row.standing == "active"}
        await database.close()
        wanted = MORE * (self._kills + 1) * len(self._market.benches)
        self.figures.sold = sum(sold.values())
        self.figures.double_purchases = sum(sold.values()) - len(sold) + max(0, len(sold) - wanted)
        self.figures.lost_purchases = len(sold.keys() - rows)
        self.figures.rows_without_purchase = len(rows - sold.keys())


async def storm(kills: int, seed: int, folder: Path, say: Callable[[str], None]) -> Figures:
    return await Storm(kills, seed, folder, say).run()
