"""One ledger on a real database: appended to, signed, exported, verified, and tampered with past our own types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from compliance.ledger.checkpointer import Checkpointer
from compliance.ledger.exporting import Exporting
from compliance.ledger.findings import Report
from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Ledger
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.opening import open_ledger
from compliance.ledger.repository import LedgerRepository, Wanted
from compliance.ledger.verify import Verification
from gateway.db.session import Database
from tests.integration.calls.conftest import ManualClock

ALL = Wanted()


# another last digit, whatever it was: for an UPDATE of a column in hex
OTHER_DIGIT = "substr({0}, 1, length({0}) - 1) || CASE WHEN substr({0}, length({0}), 1) = '0' THEN '1' ELSE '0' END"


@dataclass
class Book:
    database: Database
    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.checkpointer = self.reopened()

    def reopened(self, **places: Any) -> Checkpointer:
        """As after a restart."""
        given = {"keys": self.folder / "keys", "folder": self.folder / "ledger"} | places
        return open_ledger(self.database, self.clock, **given)

    async def append(self, number: int = 1, **fields: Any) -> None:
        """Each in a transaction of its own, a second apart."""
        for _ in range(number):
            self.clock.at += timedelta(seconds=1)
            given = {"actor": "agt_1", "call_id": "call_1", "personal": {"dnis": "+15105550100"}} | fields
            async with self.database.begin() as session:
                await Ledger(session).append(given.pop("kind", Kind.DIAL), at=self.clock.now(), **given)

    async def rows(self) -> list[LedgerEntryRow]:
        async with self.database.begin() as session:
            return await LedgerRepository(session).following(0, 10_000)

    async def lines(self, wanted: Wanted = ALL, *, personal: bool = True) -> list[str]:
        exporting = Exporting(self.database.begin, self.clock, self.checkpointer, wanted, personal=personal)
        return [line async for line in await exporting.begin()]

    async def verified(self, kept: Iterable[str] = (), **export: Any) -> Report:
        found = Verification(self.checkpointer.key, kept)
        for line in await self.lines(**export):
            found.line(line)
        return found.end()

    async def tamper(self, *statements: str, **values: Any) -> None:
        async with self.database.engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement), values)
