"""What the ledger costs: an append on top of the transaction it is in, a proof, and the verification of an export.

Each append is measured beside the same transaction without it, in the same minute. GATEWAY_TEST_DATABASE_URL names a
PostgreSQL database; else SQLite.

Run alone: `python -m bench.ledger [entries to verify]`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, text

from bench.figures import Series, show
from compliance.ledger import export_lines
from compliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from compliance.ledger.commitments import Kept
from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Entry, Ledger, append_to, write_waiting
from compliance.ledger.merkle import Frontier
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.opening import open_ledger
from compliance.ledger.proofs import inclusion_ranges
from compliance.ledger.repository import LedgerRepository
from compliance.ledger.tail import Tail
from compliance.ledger.verify import Verification
from gateway.auth.models import AuditRow
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from gateway.tables import metadata

APPENDS = 1000
FACTS = {"event": "admission_decided", "verdict": "accept", "trunk_id": "trk_1", "checks": ["spend", "country"]}
NUMBERS = {"ani": "+15105550100", "dnis": "+15105550111"}


def entry() -> Entry:
    return Entry(Kind.DIAL, datetime.now(UTC), "agt_1", new_id("call"), FACTS, NUMBERS)


async def append(database: Database, appends: int) -> list[Series]:
    """The append itself, as part of a transaction that writes a row anyway; and that transaction, with and without."""
    alone, without, with_it = (
        Series("append", aim="p95 ≤ 1"),
        Series("transaction without"),
        Series("transaction with it"),
    )
    for number in range(2 * appends):
        begin = time.perf_counter()
        async with database.begin() as session:
            row = {"id": new_id("evt"), "at": datetime.now(UTC), "subject": "agt_1", "object": "call", "verb": "dial"}
            await session.execute(insert(AuditRow.__table__), [row])  # type: ignore[arg-type]
            if number % 2:
                appending = time.perf_counter()
                one = entry()
                await Ledger(session).append(
                    one.kind, at=one.at, actor=one.actor, call_id=one.call_id, facts=one.facts, personal=one.personal
                )
                await session.run_sync(write_waiting)
                alone.add((time.perf_counter() - appending) * 1000)
        (with_it if number % 2 else without).add((time.perf_counter() - begin) * 1000)
    return [alone, without, with_it]


async def prove(database: Database, proofs: int) -> list[Series]:
    found = Series("inclusion proof")
    async with database.begin() as session:
        size = await LedgerRepository(session).size()
    for number in range(proofs):
        begin = time.perf_counter()
        async with database.begin() as session:
            await LedgerRepository(session).roots(inclusion_ranges(number * 997 % size, size))
        found.add((time.perf_counter() - begin) * 1000)
    return [found]


def verify(entries: int, folder: Path) -> list[Series]:
    """Of an export with all values, in entries a second."""
    checkpointer = open_ledger(Database("sqlite+aiosqlite://"), SystemClock(), folder, folder)
    tail, lines = Tail(Frontier(), None), []
    for seq in range(1, entries + 1):
        tail, row, values = append_to(tail, entry())
        kept = {one["field"]: Kept(one["salt"], one["pii"]) for one in values}
        lines.append(export_lines.entry(LedgerEntryRow(**row), kept))
        if seq % 1000 == 0 or seq == entries:
            signed = sign_checkpoint(
                Checkpoint(checkpointer.key.name, seq, tail.tree.root()),
                checkpointer._private,  # pyright: ignore[reportPrivateUsage]
            )
            lines.append(export_lines.checkpoint(signed.note))
    first = export_lines.header(checkpointer.key, entries, datetime.now(UTC), whole=True, personal=True)
    found = Series("verified", unit="entries/s", aim="≥ 20000")
    for _ in range(3):
        begin, check = time.process_time(), Verification(checkpointer.key)
        for line in (first, *lines, export_lines.end(entries)):
            check.line(line)
        assert check.end().good
        found.add(entries / (time.process_time() - begin))
    return [found]


async def measure(appends: int, entries: int) -> list[Series]:
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("GATEWAY_TEST_DATABASE_URL") or f"sqlite+aiosqlite:///{folder}/gateway.db"
        database = Database(url)
        try:
            async with database.engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
                if not url.startswith("sqlite"):
                    await connection.execute(text("TRUNCATE ledger_entries CASCADE"))
            found = await append(database, appends) + await prove(database, appends)
        finally:
            await database.close()
        return found + verify(entries, Path(folder))


if __name__ == "__main__":
    show(asyncio.run(measure(APPENDS, int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)))
