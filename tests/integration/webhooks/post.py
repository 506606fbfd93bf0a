"""Calls, durable work and webhooks on a real database, with a receiver on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from sqlalchemy import select

from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.own_facts import RecordedFact
from gateway.calls.service import Calls
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import ensure_role_keys
from gateway.kernel.secrets import SecretBox, open_box
from gateway.net.outside import Outside
from gateway.settings import Settings
from gateway.webhooks import schedule
from gateway.webhooks.models import DeliveryRow, WebhookRow
from gateway.webhooks.schedule import Judge, Outcome, Verdict
from gateway.webhooks.service import Webhooks
from gateway.webhooks.signing import new_secret
from tests.integration.calls.conftest import ManualClock, make_world
from tests.unit.calls.story import Facts


def in_no_time(outcome: Outcome, attempts: int, now: datetime, spin: float) -> Verdict:
    """The product's verdict, with the next attempt due at once."""
    verdict = schedule.judge(outcome, attempts, now, spin)
    return verdict if verdict.next_at is None else Verdict(verdict.status, verdict.words, now)


@dataclass
class Post:
    """One control plane's webhooks; `restarted` is a second one on the same database."""

    database: Database
    calls: Calls
    durable: Durable
    webhooks: Webhooks
    box: SecretBox
    folder: Path

    async def add(self, url: str, **fields: Any) -> WebhookRow:
        """A receiver; its secret is in the row, sealed."""
        now = datetime.now(UTC)
        given = {"events": [], "personal": False, "enabled": True, "off_reason": "", "old_secret": ""} | fields
        row = WebhookRow(
            id=new_id("whk"), name="crm", url=url, secret=self.box.seal(new_secret()), created_at=now,
            updated_at=now, **given,
        )  # fmt: skip
        async with self.database.begin() as session:
            session.add(row)
        return row

    async def record(self, *facts: RecordedFact) -> None:
        await self.calls.runner.take(facts)

    async def short_call(self) -> Facts:
        """Three events that are told: started, answered, ended."""
        facts = Facts(new_id("call"))
        await self.record(facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.left(5))
        return facts

    async def rows(self) -> list[DeliveryRow]:
        async with self.database.begin() as session:
            return list(await session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))

    async def when(self, holds: Callable[[list[DeliveryRow]], bool]) -> list[DeliveryRow]:
        """The deliveries, once it holds of them. Asks the database, which tells nobody when it changes."""
        async with asyncio.timeout(90):
            while not holds(rows := await self.rows()):  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.1)
        return rows

    async def settled(self, status: str, number: int) -> list[DeliveryRow]:
        return await self.when(lambda rows: [row.status for row in rows].count(status) >= number)

    async def webhook(self, webhook_id: str) -> WebhookRow:
        async with self.database.begin() as session:
            row = await session.get(WebhookRow, webhook_id)
        assert row is not None
        return row


@asynccontextmanager
async def post_office(
    database: Database, folder: Path, *, judge: Judge = in_no_time, carries: bool = True, inside: bool = True
) -> AsyncIterator[Post]:
    """`carries`: it delivers; else it only records. `inside`: loopback may be reached."""
    settings = Settings(state_dir=folder, database_url=database.url)
    ensure_role_keys(settings.keys_dir)
    clock = ManualClock(datetime.now(UTC))  # real: a signature is good for five minutes
    calls = make_world(database, settings.keys_dir, clock, MemoryRooms()).calls
    durable = Durable(settings.workflows, "local", clock, pause=lambda _: 0.1)
    box, outside = open_box(folder / "secrets.key"), Outside([ip_network("127.0.0.0/8")] if inside else [])
    webhooks = Webhooks(calls, durable, box, outside, judge)
    if carries:
        await durable.start()
        webhooks.start()
    try:
        yield Post(database, calls, durable, webhooks, box, folder)
    finally:
        await webhooks.close()
        await durable.close()
        await outside.close()
        await calls.close()
