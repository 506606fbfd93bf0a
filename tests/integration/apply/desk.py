"""Plans on a real database with real durable work, and doubles of all carriers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.apply.document import Document
from gateway.apply.opening import Agents
from gateway.apply.plan_trunks import Ours
from gateway.apply.repository import PlanRepository
from gateway.apply.schemas import PlanShown, show_plan
from gateway.apply.service import Plans
from gateway.apply.workshop import Workshop
from gateway.bootstrap import resources
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import open_box
from tests.carriers.market import Market
from trunks.accounts.accounts import Accounts, read_keys
from trunks.accounts.models import CarrierRow
from trunks.memory_switchboard import MemorySwitchboard
from trunks.provisioning import Provisioning

OURS = Ours(("sip.example.com:5060;transport=tcp",), ("192.0.2.10/32",))
ADDRESS = {"allowed_addresses": ["192.0.2.0/24"]}  # for carriers that do not publish theirs


class Desk:
    """`await desk.apply(document)`; durable work is run at once, in place of by DBOS."""

    def __init__(self, database: Database, folder: Path, market: Market) -> None:
        self.database, self.market = database, market
        self.box, self.clock = open_box(folder / "secrets.key"), SystemClock()
        self.accounts = Accounts(self.box, market.elsewhere)
        self.board = Provisioning(database, MemorySwitchboard(), resources(self.box, "gateway"), _same)
        self.waited: list[float] = []
        self.shop = Workshop(
            database.begin, self.accounts, self.box, self.clock, self.board, Agents(), "gw", self._sleep
        )
        self.plans = Plans(self.shop, OURS, self._work)
        self.held = False
        self.begun: list[tuple[str, str, dict[str, str]]] = []

    async def add_carriers(self) -> None:
        for kind, bench in self.market.benches.items():
            await self.add_carrier(kind, kind, bench.keys())

    async def add_carrier(self, name: str, kind: str, keys: dict[str, str]) -> None:
        now = self.clock.now()
        row = CarrierRow(
            id=new_id("car"), name=name, kind=kind, keys=self.accounts.seal(read_keys(kind, keys)), created_at=now,
            updated_at=now,
        )  # fmt: skip
        async with self.database.begin() as session:
            session.add(row)

    async def plan(self, document: dict[str, Any]) -> PlanShown:
        read = Document.model_validate(document)
        observed, found = await self.plans.look(read)
        async with self.database.begin() as session:
            plan_id = (await self.plans.write(session, read, observed, found, "key_test")).id
        return await self.shown(plan_id)

    async def apply(self, document: dict[str, Any]) -> PlanShown:
        made = await self.plan(document)
        await self.plans.start(made.id)
        return await self.shown(made.id)

    async def go_on(self) -> None:
        """With the work that was `held`, and from now on at once."""
        self.held = False
        for one in self.begun.copy():
            await self._work(*one)

    async def shown(self, plan_id: str) -> PlanShown:
        async with self.database.begin() as session:
            repository = PlanRepository(session)
            return show_plan(await repository.get(plan_id), list(await repository.steps(plan_id)))

    async def rows(self, model: Any) -> list[Any]:
        async with self.database.begin() as session:
            return list(await session.scalars(select(model)))

    async def _work(self, name: str, work_id: str, given: dict[str, str]) -> None:
        self.begun.append((name, work_id, given))
        if not self.held:
            await (self.plans.undo if name.endswith("undo") else self.plans.carry)(work_id, given)

    async def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


async def _same() -> str:
    return "the only switchboard"


@asynccontextmanager
async def open_desk(database: Database, folder: Path) -> AsyncIterator[Desk]:
    market = Market()
    async with market.open():
        desk = Desk(database, folder, market)
        await desk.add_carriers()
        try:
            yield desk
        finally:
            await desk.accounts.close()


def words(plan: PlanShown) -> list[str]:
    return [step.words for step in plan.steps]
